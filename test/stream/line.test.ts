import { describe, expect, it } from 'vitest';
import { seconds } from '../../src/core/time.ts';
import { type Line, type LineLoss, type LineOwner, openLine } from '../../src/stream/line.ts';
import type { WireListener } from '../../src/stream/wire.ts';
import { testClock } from '../support/clock.ts';

/** A line over a wire in the test's hand. */
function opened(more: Partial<LineOwner> = {}) {
  const clock = testClock();
  const said: string[] = [];
  const heard: string[] = [];
  const losses: LineLoss[] = [];
  let wire: WireListener | undefined;
  let inner: Line | undefined;
  const line = openLine(
    (_url, _protocols, listener) => {
      wire = listener;
      return {
        send: (text) => void said.push(text),
        close: (code) => void said.push(`close ${code}`),
        drop: () => void said.push('drop'),
      };
    },
    'wss://events.test/',
    [],
    {
      clock,
      handedOver: false,
      timeout: seconds(10),
      talk(made) {
        inner = made;
        return { opened: () => void heard.push('opened'), heard: (text) => void heard.push(text) };
      },
      live: () => void heard.push('live'),
      unsubscribed: (reason) => void heard.push(reason),
      handOver: (url) => void heard.push(url),
      end: () => void heard.push('end'),
      lost: (loss) => losses.push(loss),
      ...more,
    },
  );
  if (!wire || !inner) throw new Error('the wire is opened at once');
  return { clock, said, heard, losses, line, wire, inner };
}

describe('a connection', () => {
  it('is quiet once it is retired: no frame is heard, none is sent, no loss is told', async () => {
    const { clock, said, heard, losses, line, wire, inner } = opened();
    wire.opened();
    wire.heard('one');
    line.retire();
    wire.heard('two');
    wire.opened();
    inner.live();
    inner.unsubscribed('no word');
    inner.handOver('wss://events.test/else');
    inner.end();
    inner.drop();
    expect(line.send('three')).toBe(false);
    wire.lost({ code: 1000, reason: '', clean: true });
    await clock.advance(seconds(60));
    expect(heard).toEqual(['opened', 'one']);
    expect([said, losses]).toEqual([['close 1000'], []]);
    expect([line.signal.aborted, clock.pending]).toEqual([true, 0]);
  });

  it('is let go of half a second after a goodbye that nobody answers, and twice is once', async () => {
    const { clock, said, line, wire } = opened();
    wire.opened();
    line.retire();
    line.retire();
    await clock.advance(499);
    expect(said).toEqual(['close 1000']);
    await clock.advance(1);
    expect(said).toEqual(['close 1000', 'drop']);
  });

  it('that lingers is read for half a second longer, and then told goodbye', async () => {
    const { clock, said, heard, losses, line, wire } = opened();
    wire.opened();
    line.retire(true);
    wire.heard('late');
    await clock.advance(499);
    wire.heard('later');
    expect([heard, said]).toEqual([['opened', 'late', 'later'], []]);
    await clock.advance(1);
    wire.heard('too late');
    expect([heard, said]).toEqual([['opened', 'late', 'later'], ['close 1000']]);
    await clock.advance(500);
    expect([said, losses]).toEqual([['close 1000', 'drop'], []]);
  });

  it('sends nothing before it is open, and says whether it did', () => {
    const { said, line, wire } = opened();
    expect(line.send('early')).toBe(false);
    wire.opened();
    expect(line.send('now')).toBe(true);
    expect(said).toEqual(['now']);
  });

  it('counts as lost after ten seconds without a greeting, and from then on is not read', async () => {
    const { clock, said, heard, losses, wire } = opened();
    wire.opened();
    await clock.advance(seconds(10));
    wire.heard('hello');
    expect(losses).toMatchObject([{ code: 1006, reason: 'no greeting in 10 s', clean: false, opened: true }]);
    expect([heard, said]).toEqual([['opened'], ['drop']]);
    expect(clock.pending).toBe(0);
  });

  it('may be missing what was under way when its last frame came, and after a goodbye what was under way then', async () => {
    for (const clean of [true, false]) {
      const { clock, losses, wire, inner } = opened();
      wire.opened();
      inner.connected();
      inner.silent(seconds(30), 700);
      await clock.advance(seconds(5));
      wire.heard('last');
      const last = clock.now();
      await clock.advance(seconds(5));
      wire.lost({ code: clean ? 1001 : 1006, reason: '', clean });
      expect(losses).toMatchObject([{ from: (clean ? clock.now() : last) - 700 }]);
    }
  });

  it('that says nothing is given up in time, also when the clock was set back', async () => {
    const { clock, losses, wire, inner } = opened();
    wire.opened();
    inner.silent(seconds(10));
    const begun = clock.now();
    Object.assign(clock, { now: () => begun - 3_600_000 });
    await clock.advance(seconds(10));
    expect(losses).toMatchObject([{ reason: 'not a word in 10 s', from: begun - 3_600_000 - seconds(10) }]);
  });
});
