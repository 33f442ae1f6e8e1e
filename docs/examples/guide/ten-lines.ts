import { describe, merge, take } from 'tipstream';
import { createChaturbate } from 'tipstream/chaturbate';
import { createMockServer } from 'tipstream/mock';
import { createStripchat } from 'tipstream/stripchat';

const mock = await createMockServer({ port: 0, seed: 7, pace: 10 }); // the platforms, here
const chaturbate = createChaturbate({ eventsUrl: `${mock.url}/events/chaturbate`, apiKey: 'any' });
const stripchat = createStripchat({ eventsUrl: `${mock.url}/events/stripchat`, token: 'any' });

for await (const tip of take(merge(chaturbate.tips(), stripchat.tips()), 10)) {
  console.log(`${tip.tipper} gave ${describe(tip)} on ${tip.platform}`);
}
await Promise.all([chaturbate.close(), stripchat.close(), mock.close()]);
