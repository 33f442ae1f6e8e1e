/**
 * A bot that thanks, and answers `!top` with who gave most. What people write is foreign text: it is never a command of yours.
 *
 *   node docs/examples/bot.ts
 */
import { once } from 'node:events';
import { describe, type Tally, tally } from 'tipstream';
import { createChaturbate } from 'tipstream/chaturbate';
import { runUntilSignal } from 'tipstream/node';

const { CHATURBATE_USERNAME: username = '', CHATURBATE_TOKEN: token = '', CHATURBATE_URL: baseUrl } = process.env;

/** The place for the call that writes into your chat. */
const say = (text: string): void => console.log(text.slice(0, 200));

await runUntilSignal(async (signal) => {
  const room = createChaturbate({ username, token, baseUrl });
  let sums: Tally | undefined;
  tally(room.tips()).subscribe((next) => {
    sums = next;
  });
  room.tips().subscribe((tip) => say(`Thank you for ${describe(tip)}, ${tip.tipper}!`));
  room.events().subscribe((event) => {
    if (event.method !== 'chatMessage' || event.object.message?.message?.trim() !== '!top') return;
    const [first] = sums?.top ?? [];
    say(first ? `${first.tipper} leads with ${first.amount} tokens` : 'Nobody yet');
  });
  await once(signal, 'abort');
  await room.close();
});
