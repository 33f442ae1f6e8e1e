import { setupServer } from 'msw/node';
import { createCamsoda } from 'tipstream/camsoda';
import { createMock, handlers, socketHandlers } from 'tipstream/mock/msw';

const mock = createMock({ scenario: 'quiet' });
const server = setupServer(...handlers({ mock }), ...socketHandlers({ mock }));
server.listen();
mock.tip('camsoda', { amount: 7 });

const camsoda = createCamsoda({ broadcaster: 'mira', apiKey: 'any' }); // asks api.camsoda.com, it thinks
for await (const tip of camsoda.tips()) {
  console.log(tip.amount); // 7
  break;
}
await camsoda.close();
server.close();
