import { isTipstreamError } from '../../../src/core/errors.ts';
import { createLimiter } from '../../../src/core/limiter.ts';
import { hours, minutes, seconds } from '../../../src/core/time.ts';
import { memoryStore } from '../../../src/stream/checkpoint-store.ts';
import { createTipping } from '../../../src/tipping/index.ts';
import type { Actor, Stage } from './actor.ts';
import { createAsker } from './asker.ts';
import { numberOf, openSeen } from './seen.ts';
import { strikePeers } from './strikes.ts';
import { latestWay, longestWay } from './wires.ts';

const line = 'tipping';
const purse = 10_000_000;

/** The tipping platform: a session of two clients, transfers that are paid once, and the tips of a stream. */
export function openTipping(stage: Stage): Actor {
  const { clock, random, books, mock } = stage;
  const { tipping } = mock;
  const { switches, streamId, state, sessions } = tipping;
  // Where a platform forgives no second use of a refresh token, an answer that is lost ends the session.
  const forgives = random() < 0.6;
  switches.evening = false;
  switches.accessLife = minutes(4 + random() * 20);
  switches.reuseGrace = forgives ? hours(3) : 0;
  const ada = tipping.account('ada');
  const mira = tipping.account('mira');
  ada.wallet = { ...ada.wallet, token_balance: purse, reserved_balance: 0 };
  const seen = openSeen(books, line);
  const given = new Map<number, { at: number; tokens: number }>();
  const common = { baseUrl: `${stage.origin}/tipping/v1`, store: memoryStore(), limiter: createLimiter() };
  const client = createTipping({ ...stage.options(line), ...common });
  const other = createTipping({ ...stage.options('tipping beside'), ...common });
  let expired = 0;
  let signing: Promise<unknown> | undefined;
  client.on('sessionExpired', () => {
    expired += 1;
  });
  const signIn = (): Promise<unknown> => {
    signing ??= client.auth.login({ email: 'ada@example.test', password: tipping.password }).then(
      () => {
        signing = undefined;
      },
      async () => {
        await stage.wait(seconds(10));
        signing = undefined;
        await signIn();
      },
    );
    return signing;
  };
  const tips = client.tips({ streamId, includePrivate: true });
  let stop = (): void => {};
  let closed = false;
  const watch = (): void => {
    stop = tips.subscribe((tip) => {
      const number = numberOf(tip.message);
      seen.take(number, tip.id);
      const tokens = given.get(number ?? -1)?.tokens;
      if (tokens !== tip.amount) books.break(`${line}: #${number} was ${tokens} and became ${tip.amount}`);
    });
  };
  tips.on('gap', (gap) => (seen.gaps as (typeof gap)[]).push(gap));
  tips.on('end', (error) => {
    if (closed || !error) return;
    // Only a session that is over may end it: then the program signs in and watches again.
    if (forgives || !isTipstreamError(error, 'SESSION_EXPIRED'))
      books.break(`${line}: the stream ended: ${error.message}`);
    stage.outstanding(signIn().then(() => !closed && watch()));
  });
  stage.outstanding(signIn().then(watch));
  const asker = createAsker(stage, line);
  const keys = new Map<string, number>();
  const paid = (key: string): number => tipping.ledger.filter((entry) => entry.key === key).length;

  /** Repeats a transfer with its key until it is known to be paid, as the guide tells a program to do. */
  const pay = async (number: number, tokens: number): Promise<void> => {
    const key = `pay-${number}`;
    keys.set(key, tokens);
    const isPrivate = random() < 0.1;
    for (let tries = 0; ; tries += 1) {
      const before = paid(key);
      try {
        await client.wallet.transfer(
          { toUserId: mira.user.id, tokens, streamId, message: `#${number}#`, isPrivate },
          { idempotencyKey: key },
        );
        if (paid(key) !== 1) books.break(`${line}: ${key} is said to be paid, and was ${paid(key)} times`);
        return;
      } catch (error) {
        if (!isTipstreamError(error)) return books.break(`${line}: an error that is none of ours: ${error}`);
        if (error.sent === 'no' && paid(key) > before)
          books.break(`${line}: ${key} was paid and is said not to be sent`);
        if (closed || tries > 600) return books.break(`${line}: ${key} was never paid: ${error.message}`);
        if (error.code === 'SESSION_EXPIRED' || error.code === 'AUTH') await signIn();
        await stage.wait(Math.max(seconds(2), error.retryAfterMs ?? 0));
      }
    }
  };

  return {
    line,
    give() {
      const number = stage.number();
      const tokens = 1 + Math.floor(random() * 90);
      given.set(number, { at: clock.now(), tokens });
      if (random() < 0.4) stage.outstanding(pay(number, tokens));
      else tipping.tip({ from: 'grace', tokens, message: `#${number}#`, isPrivate: random() < 0.1 });
    },
    strike() {
      if (random() < 0.2) {
        books.count('tokens expire', line);
        return sessions.expire();
      }
      strikePeers(stage, line, [1000, 1001, 1011, 1012, 1013], minutes(1 + random() * 4));
    },
    ask() {
      asker.ask(other.wallet.balance({}), ({ conversion_rate }) => conversion_rate === ada.wallet.conversion_rate);
    },
    check() {
      let said = 0;
      const known = new Map(state.tips.map((tip) => [numberOf(tip.message ?? ''), tip]));
      for (const [number, { at }] of given) {
        if (seen.counted.has(number)) continue;
        const tip = known.get(number);
        const made = tip ? Date.parse(tip.created_at) - stage.skew : at;
        if (seen.says(made, stage.slack + latestWay + longestWay, stage.slack + longestWay)) said += 1;
        else books.break(`${line}: #${number}, given at ${made}, is missing and no gap says so`);
      }
      const sent = [...keys.values()].reduce((sum, tokens) => sum + tokens, 0);
      for (const key of keys.keys()) if (paid(key) !== 1) books.break(`${line}: ${key} was paid ${paid(key)} times`);
      const balance = purse - ada.wallet.token_balance;
      if (balance !== sent) books.break(`${line}: ${balance} tokens have gone, ${sent} were given`);
      const all = tipping.ledger.reduce((sum, { tokens }) => sum + tokens, 0);
      if (mira.wallet.token_balance !== all)
        books.break(`${line}: mira has ${mira.wallet.token_balance}, ${all} were given`);
      const lost = books.spoiled.get('POST /tipping/v1/auth/refresh') ?? 0;
      if (expired > (forgives ? 0 : lost))
        books.break(`${line}: ${expired} sessions were lost, with ${lost} answers to a renewal`);
      return { given: given.size, counted: seen.counted.size, said, answered: asker.answered, refused: asker.refused };
    },
    async close() {
      closed = true;
      stop();
      await Promise.all([client.close(), other.close()]);
    },
  };
}
