import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { holdChannel, type Open, type Opened, type Publisher } from '../../../src/adapters/fleet/hold.ts';
import { createLease } from '../../../src/adapters/fleet/lease.ts';
import { systemClock } from '../../../src/core/time.ts';
import { createLimiter, createSource, memoryStore, type TipEvent } from '../../../src/index.ts';

const nobody: Publisher = { publish: () => ({ done: new Promise(() => {}), stop: async () => {} }) };

/** Holds a channel whose stream is opened so, and whose tips go there. */
function hold(open: Open, relay = nobody) {
  return holdChannel({
    channel: { id: 'chaturbate:ann', platform: 'chaturbate' },
    lease: createLease({ key: 'lock', token: 'mine' }, memoryStore(), createLimiter()),
    open,
    relay,
    clock: systemClock,
    told: () => {},
  });
}

const over = (message: string) => ({ why: 'over', error: { message: `fleet: open() failed: ${message}` } });

describe('a channel that is held', () => {
  it('leaves no client behind whose stream cannot be had, or not be published', async () => {
    let closed = 0;
    const close = async (): Promise<void> => {
      closed += 1;
    };
    const none = (): never => {
      throw new Error('there is no stream');
    };
    expect(await hold(() => ({ tips: none, close })).done).toMatchObject(over('there is no stream'));
    const { stream } = createSource<TipEvent>({ platform: 'my-shop' });
    expect(await hold(() => ({ tips: () => stream, close }), { publish: none }).done).toMatchObject(
      over('there is no stream'),
    );
    expect(closed).toBe(2);
  });

  it('is over where open() gives nothing, and does not wait for it', async () => {
    const nothing: unknown = undefined;
    const { why } = await hold(() => nothing as Opened).done;
    expect(why).toBe('over');
  });

  it('tells no password of what open() threw, which goes to a log and to Redis', async () => {
    const ending = await hold(() => {
      throw new Error('could not reach https://someone:not-a-secret-token@vault.example/ann?key=not-a-secret-key');
    }).done;
    const text = inspect(ending, { depth: 9, showHidden: true });
    expect(text).toContain('vault.example');
    expect(text).not.toContain('not-a-secret');
  });
});
