import { createMockServer } from 'tipstream/mock';

// By chance: every fifth request fails, each kind in turn, the same ones with the same seed.
const server = await createMockServer({ port: 0, seed: 7, faults: { rate: 0.2 } });
// The next request of a platform, or the next two.
server.fail('status:503', { platform: 'twitch', times: 2 });
// One request alone, by its header or by its query; a socket of a page has only the query.
await fetch(`${server.url}/events/stripchat`, { headers: { 'x-mock-scenario': '429:date:2' } });
await fetch(`${server.url}/events/stripchat?mock=reset`).catch(() => 'the connection was cut');
// What arrived, and what was made to fail.
console.log(server.requests.at(-1)?.fault, server.faults);
await server.close();

// Always.
const down = await createMockServer({ port: 0, scenario: 'status:503' });
await down.close();
