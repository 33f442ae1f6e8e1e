import { createMockServer } from '../src/mock/index.ts';
import { pick, seededRandom } from '../src/mock/random.ts';
import { type Change, changes } from '../test/support/fault-changes.ts';
import { type Cut, cuts } from '../test/support/fault-passage.ts';
import { openFaultProxy } from '../test/support/fault-proxy-core.ts';

// Every upstream of the soak, in a process of its own: what they remember is not the library's. Started by `soak.ts`, and gone with it.

const random = seededRandom('soak');
const server = await createMockServer({ port: 0, seed: 'soak', every: 500, backlog: 0 });
const { twitch, tiktok, tipping, anilibria } = server;
tipping.switches.accessLife = 240_000;
tipping.switches.reuseGrace = 3_600_000;
tiktok.switches.cooldown = 0;
tipping.account('ada').wallet.token_balance = 1e9;

/** Nothing that ends a stream for good: what is asked goes on until the end. */
const faults = [...cuts, ...changes.filter((change) => change !== 'page again')] as [Cut, ...(Cut | Change)[]];
const proxy = await openFaultProxy({
  target: server.url,
  remembers: 100,
  freezes: 0.2,
  socketBytes: 200_000,
  decide: () => (random() < 0.05 ? pick(random, faults) : 'none'),
});

const strikes = [
  () => twitch.eventsub.drop(),
  () => twitch.eventsub.handOver(),
  () => twitch.eventsub.freeze(),
  () => void tipping.rooms.drop(),
  () => tipping.rooms.close(1012),
  () => tiktok.peers(tiktok.sessionId).forEach((peer) => void peer.drop()),
  () => tiktok.peers(tiktok.sessionId).forEach((peer) => void peer.freeze()),
  () => anilibria.listeners.forEach(({ peer }) => void peer.drop()),
] as const;
setInterval(() => pick(random, strikes)(), 2000).unref();
setInterval(tipping.sessions.expire, 150_000).unref();

process.on('disconnect', () => process.exit());
process.send?.({
  url: proxy.url,
  password: tipping.password,
  clientId: twitch.clientId,
  apiKey: tiktok.apiKey,
  session: tiktok.sessionId,
  streamId: tipping.streamId,
  host: tipping.account('mira').user.id,
});
