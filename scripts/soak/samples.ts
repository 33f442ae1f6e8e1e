import { collect, growth } from '../../test/support/schedule/heap.ts';

/** What is counted at one moment. */
export interface Sample {
  /** Milliseconds since the beginning. */
  at: number;
  /** Bytes that are in use after a collection. */
  heap: number;
  /** What keeps the process alive: sockets, timers, files. */
  handles: number;
  /** Listeners on the signal of the app and on the process. */
  listeners: number;
  tips: number;
}

/** What is looked at beside the process. */
export interface Watched {
  counts(): { tips: number };
  listeners(): number;
}

export function sampleNow(at: number, { counts, listeners }: Watched): Sample {
  const handles = process.getActiveResourcesInfo().filter((kind) => kind !== 'Immediate').length;
  const own = process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
  return { at, heap: collect(), handles, listeners: own + listeners(), tips: counts().tips };
}

/** By how much each may be above its beginning: what is made as code is first run, and connections on their way. */
const allowed = { heap: 2.5e6, handles: 8, listeners: 8 } as const;
/** A slow leak shows in a long run: so much in a minute. */
const slope = { heap: 4e5, handles: 2, listeners: 2 } as const;

const mega = (bytes: number): string => (bytes / 1e6).toFixed(2);

/** What grew, in words. */
export function growths(samples: readonly Sample[]): string[] {
  if (samples.length < 12) return ['there are too few samples'];
  const minutes = ((samples.at(-1)?.at ?? 0) - (samples[0]?.at ?? 0)) / 60_000;
  return (['heap', 'handles', 'listeners'] as const).flatMap((name) => {
    const { from, to, by } = growth(samples.map((sample) => sample[name]));
    // Between the middles of the first and the last third lie six tenths of the time.
    const perMinute = by / (minutes * 0.6);
    const grew = by > allowed[name] || (minutes > 5 && perMinute > slope[name]);
    const say = name === 'heap' ? mega : String;
    return grew ? [`${name} grew from ${say(from)} to ${say(to)}, ${say(perMinute)} a minute`] : [];
  });
}

/** Twelve rows. */
export function tableOf(samples: readonly Sample[]): string {
  const step = Math.max(1, Math.floor(samples.length / 12));
  const rows = samples.filter((_, index) => index % step === step - 1);
  const cell = (text: string | number): string => String(text).padStart(10);
  return [
    ['seconds', 'heap MB', 'handles', 'listeners', 'tips'].map(cell).join(''),
    ...rows.map(({ at, heap, handles, listeners, tips }) =>
      [Math.round(at / 1000), mega(heap), handles, listeners, tips].map(cell).join(''),
    ),
  ].join('\n');
}
