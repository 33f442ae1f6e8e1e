import { createCamsoda } from '../../../src/camsoda/index.ts';
import { createChaturbate } from '../../../src/chaturbate/index.ts';
import { createLimiter } from '../../../src/core/limiter.ts';
import type { ClientOptions } from '../../../src/core/options.ts';
import { seconds } from '../../../src/core/time.ts';
import { pick } from '../../../src/mock/random.ts';
import { memoryStore } from '../../../src/stream/checkpoint-store.ts';
import type { SourceSettings } from '../../../src/stream/poll-options.ts';
import type { TipClient } from '../../../src/stream/tip-client.ts';
import type { TipEvent } from '../../../src/stream/tip-event.ts';
import { createStripchat } from '../../../src/stripchat/index.ts';
import type { Actor, Stage } from './actor.ts';
import type { Line } from './faults.ts';
import { hidden, numberOf, openSeen } from './seen.ts';
import { mortal } from './store.ts';
import { trace } from './trace.ts';

type Cam = 'chaturbate' | 'chaturbate events' | 'stripchat' | 'camsoda';

const formats = {
  chaturbate: ['format-1', 'format-2', 'observed'],
  'chaturbate events': ['events-api'],
  stripchat: ['standard', 'alternative', 'observed'],
  camsoda: ['A', 'B', 'observed'],
} as const;

/** A room that is polled, by a program that is started anew now and then, or dies. */
export function openCam(stage: Stage, line: Cam, interval: number): Actor {
  const { clock, random, books, mock } = stage;
  const seen = openSeen(books, line);
  const given = new Map<number, { amount: number; anonymous: boolean }>();
  const kept = memoryStore();
  const limiter = createLimiter();
  const slow = random() < 0.3;
  let lives = 0;
  let busy = false;
  let life = begin();

  function begin() {
    let alive = true;
    const { store, die } = mortal(kept, (text) => {
      trace(line, clock.now(), `process ${lives} writes`, text);
      if (text.includes(hidden)) books.break(`${line}: the checkpoint names who is anonymous`);
    });
    const options = stage.options(`${line} ${lives++}`);
    const send = options.fetch ?? ((request, init) => fetch(request, init));
    const client = clientOf(line, stage.origin, {
      ...options,
      // A dead process sends nothing more.
      fetch: async (request, init) => {
        if (!alive) throw new TypeError('fetch failed');
        return send(request, init);
      },
      limiter,
      interval,
      checkpoint: store,
    });
    const tips = client.tips();
    const forget = seen.hear(tips);
    const refused = new Set<number>();
    const take = (tip: TipEvent): void | Promise<void> => {
      const number = numberOf(tip.message);
      // A program that fails at it is given it again.
      if (slow && number !== undefined && !refused.has(number) && random() < 0.05) {
        refused.add(number);
        throw new Error('the toy is not connected');
      }
      const count = (): void => {
        if (alive) look(tip, number);
      };
      if (!slow || random() < 0.8) return count();
      return stage.wait(random() * 2000).then(count);
    };
    tips.subscribe(take, { onFailure: 'retry' });
    return {
      async end() {
        await client.close();
        forget();
        // Ids are remembered by a process: with a cursor of long ago the next one is given again what this one has counted.
        if (line === 'chaturbate events') seen.begins();
      },
      /** From one moment to the next nothing of it is heard any more, and nothing of it is kept. */
      async crash() {
        alive = false;
        die();
        forget();
        seen.begins();
        await client.close();
      },
    };
  }

  const look = (tip: TipEvent, number: number | undefined): void => {
    seen.take(number, tip.id);
    const what = given.get(number ?? -1);
    if (!what) return;
    if (what.amount !== tip.amount) books.break(`${line}: #${number} was ${what.amount} and became ${tip.amount}`);
    if (what.anonymous && JSON.stringify(tip).includes(hidden))
      books.break(`${line}: #${number} names who is anonymous`);
  };

  return {
    line,
    give() {
      const number = stage.number();
      const format = pick(random, formats[line] as readonly [string, ...string[]]);
      const anonymous = random() < 0.2;
      const amount = 1 + Math.floor(random() * 500);
      given.set(number, { amount, anonymous });
      const [platform = ''] = line.split(' ');
      mock.tip(platform, {
        dialect: line === 'chaturbate events' ? 'real' : 'contract',
        amount,
        format,
        anonymous,
        tipper: anonymous ? hidden : pick(random, ['ada', 'grace', 'lin']),
        message: `#${number}#`,
      });
    },
    strike() {
      // A question that is under way would be handed out to somebody who has gone.
      if (busy || (line !== 'chaturbate events' && stage.underWay(line) > 0)) return;
      busy = true;
      const crashes = random() < 0.5;
      books.count(crashes ? 'process dies' : 'process is started anew', line);
      const old = life;
      trace(line, clock.now(), crashes ? 'process dies' : 'process ends');
      if (crashes) {
        life = begin();
        stage.outstanding(old.crash());
        busy = false;
        return;
      }
      stage.outstanding(
        old.end().then(() => {
          life = begin();
          busy = false;
        }),
      );
    },
    check() {
      let said = 0;
      const lost = new Map(
        (books.lost.get(line) ?? []).flatMap(({ numbers, ...loss }) => numbers.map((one) => [one, loss] as const)),
      );
      for (const number of given.keys()) {
        if (seen.counted.has(number)) continue;
        const loss = lost.get(number);
        if (!loss)
          books.break(
            `${line}: #${number} ${books.arrived.get(line)?.has(number) ? 'arrived and' : ''} was never counted`,
          );
        else if (!seen.says(loss.at, stage.slack, stage.slack))
          books.break(`${line}: #${number} was lost at ${loss.at} (${loss.by}) and no gap says so`);
        else said += 1;
      }
      for (const number of seen.counted.keys())
        if (!given.has(number)) books.break(`${line}: #${number} was never given`);
      return { given: given.size, counted: seen.counted.size, said };
    },
    close: () => life.end(),
  };
}

function clientOf(line: Line, origin: string, options: SourceSettings & ClientOptions): TipClient<unknown> {
  const common = { backlog: 'deliver', broadcaster: 'mock_room', ...options } as const;
  switch (line) {
    case 'chaturbate events':
      return createChaturbate({
        ...options,
        backlog: 'deliver',
        baseUrl: origin,
        username: 'mock_room',
        token: 'not-a-secret-token',
        longPoll: seconds(20),
      });
    case 'stripchat':
      return createStripchat({ ...common, eventsUrl: `${origin}/events/stripchat`, token: 'not-a-secret-bearer' });
    case 'camsoda':
      return createCamsoda({ ...common, eventsUrl: `${origin}/events/camsoda`, apiKey: 'not-a-secret-api-key' });
    default:
      return createChaturbate({ ...common, eventsUrl: `${origin}/events/chaturbate`, apiKey: 'not-a-secret-key' });
  }
}
