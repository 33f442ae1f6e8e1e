import { seconds } from '../../../src/core/time.ts';
import { pick } from '../../../src/mock/random.ts';
import { createTwitch, userToken } from '../../../src/twitch/index.ts';
import type { Actor, Stage } from './actor.ts';
import { createAsker } from './asker.ts';
import { numberOf, openSeen } from './seen.ts';
import { strikePeers } from './strikes.ts';
import { latestWay, longestWay } from './wires.ts';

const line = 'twitch';
const scopes = ['bits:read', 'channel:read:subscriptions', 'channel:read:charity'];

/** A channel with EventSub: cheers, subscriptions and gifts, over connections that are handed over, lost and refused. */
export function openTwitch(stage: Stage): Actor {
  const { clock, random, books, mock } = stage;
  const { twitch } = mock;
  const { eventsub } = twitch;
  const seen = openSeen(books, line);
  const given = new Map<number, { at: number; amount: number }>();
  const renews = random() < 0.5;
  twitch.switches.rotates = false;
  eventsub.switches.linger = random() < 0.5 ? 0 : seconds(15);
  eventsub.switches.renames = random() < 0.3;
  const { accessToken, refreshToken = '' } = twitch.issue({ login: 'mira', scopes, ...(renews && { seconds: 1200 }) });
  const setting = { clientId: twitch.clientId, baseUrl: `${stage.origin}/twitch/helix`, ...stage.options(line) };
  const client = createTwitch(
    renews
      ? { ...setting, auth: userToken({ accessToken, refreshToken, clientSecret: twitch.clientSecret }) }
      : { ...setting, token: () => accessToken },
  );
  const tips = client.tips({
    broadcasterId: twitch.user('mira').id,
    include: ['bits', 'subscriptions', 'gifts', 'resubs', 'charity'],
  });
  seen.hear(tips);
  tips.subscribe((tip) => {
    const number = numberOf(tip.message) ?? Number(/^giver_(\d+)$/.exec(tip.tipper)?.[1] ?? Number.NaN);
    seen.take(Number.isNaN(number) ? undefined : number, tip.id);
    const amount = given.get(number)?.amount;
    if (amount !== undefined && amount !== tip.amount)
      books.break(`${line}: #${number} was ${amount} and became ${tip.amount}`);
  });
  const asker = createAsker(stage, line);

  return {
    line,
    give() {
      const number = stage.number();
      const giver = { id: `9${number}`, login: `giver_${number}`, name: `giver_${number}` };
      const anonymous = random() < 0.2 ? ('null' as const) : undefined;
      const amount = 1 + Math.floor(random() * 500);
      const message = `#${number}#`;
      const tier = pick(random, ['1000', '2000', '3000']);
      const kind = pick(random, ['cheer', 'cheer', 'subscribe', 'gift', 'resub', 'donate']);
      const gifts = 1 + Math.floor(random() * 8);
      const { what } = eventsub;
      const happening =
        kind === 'subscribe'
          ? what.subscribe(tier, { from: giver })
          : kind === 'gift'
            ? what.gift(gifts, tier, { from: giver })
            : kind === 'resub'
              ? what.resub(3, tier, { from: giver, message })
              : kind === 'donate'
                ? what.donate(amount * 100, 'USD', { from: giver })
                : what.cheer(amount, { from: giver, anonymous, message });
      const worth = kind === 'gift' ? gifts : kind === 'cheer' || kind === 'donate' ? amount : 1;
      given.set(number, { at: clock.now(), amount: worth });
      eventsub.happen(happening);
    },
    strike() {
      const kind = pick(random, [
        'hand-over',
        'hand-over',
        'broken hand-over',
        'bad hand-over',
        'resend',
        'busy',
        'blow',
        'blow',
      ]);
      if (kind === 'blow') return strikePeers(stage, line, [4000, 4002, 4004, 4005, 4006, 4007, 1001, 1011]);
      books.count(kind, line);
      if (kind === 'resend') return eventsub.resend(1 + Math.floor(random() * 5));
      if (kind === 'busy')
        return eventsub.refuse({ status: 429, message: 'number of websocket transports limit exceeded', times: 4 });
      if (kind === 'bad hand-over') {
        eventsub.switches.refusesHandOver = true;
        clock.after(seconds(5), () => {
          eventsub.switches.refusesHandOver = false;
        });
      }
      eventsub.handOver();
      if (kind === 'broken hand-over') clock.after(1 + random() * 200, eventsub.drop);
    },
    ask() {
      const login = pick(random, ['mira', 'noor', 'grace', 'ada']);
      asker.ask(client.users({ logins: [login] }), ({ items }) => items[0]?.login === login);
    },
    check() {
      eventsub.accept();
      let said = 0;
      for (const [number, { at }] of given) {
        if (seen.counted.has(number)) continue;
        // A late frame is under way for longer than the client reckons with.
        if (seen.says(at, stage.slack + latestWay + longestWay, stage.slack + longestWay)) said += 1;
        else books.break(`${line}: #${number}, given at ${at}, is missing and no gap says so`);
      }
      return { given: given.size, counted: seen.counted.size, said, answered: asker.answered, refused: asker.refused };
    },
    close: () => client.close(),
  };
}
