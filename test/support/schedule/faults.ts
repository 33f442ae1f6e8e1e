import type { Random } from '../../../src/core/time.ts';
import { type Fault, hints } from '../../../src/mock/faults.ts';
import { pick } from '../../../src/mock/random.ts';

/** Who is asked. Chaturbate is two: the contract that drains, and the Events API with its cursor. */
export const lines = [
  'chaturbate',
  'chaturbate events',
  'stripchat',
  'camsoda',
  'twitch',
  'tiktok',
  'tipping',
  'anilibria',
] as const;
export type Line = (typeof lines)[number];

/** What a request or its answer meets on its way, beside the failures that the mock knows. */
export type Trouble =
  | { kind: 'refused' | 'reset' | 'frozen' }
  | { kind: 'lost' | 'frozen answer' | 'cut after headers' | 'cut in the body' | 'short body'; handedOut: boolean }
  | {
      kind: 'empty body' | 'broken JSON' | 'oversized body' | 'wrong content type' | 'out of order' | 'same page again';
    }
  | { kind: 'slow body'; ms: number }
  | { kind: 'stale cursor'; back: number }
  | { kind: 'clock off'; ms: number }
  | { kind: 'mock'; fault: Fault; label: string };

/** The label under which a trouble is counted. */
export const labelOf = (trouble: Trouble): string => (trouble.kind === 'mock' ? trouble.label : trouble.kind);

const everywhere = [
  'refused',
  'reset',
  'lost',
  'frozen',
  'frozen answer',
  'cut after headers',
  'cut in the body',
  'short body',
  'empty body',
  'broken JSON',
  'slow body',
  'wrong content type',
  'html',
  'status',
  'status',
  'rate limit',
  'rate limit',
  'redirect',
  'clock off',
] as const;
const rooms = ['out of order', 'other status', 'failure'] as const;
const cursors = ['stale cursor', 'stale cursor', 'same page again', 'same page again'] as const;

/** Deals one trouble for a request on `line`. An oversized body is asked for by itself: it is dear. */
export function dealt(random: Random, line: Line): Trouble {
  const isRoom = lines.indexOf(line) < 4;
  const kind = pick(random, [
    ...everywhere,
    ...(isRoom ? rooms : []),
    ...(line === 'chaturbate events' ? cursors : []),
  ] as [(typeof everywhere)[number], ...string[]]);
  const mock = (fault: Fault, label: string): Trouble => ({ kind: 'mock', fault, label });
  switch (kind) {
    case 'lost':
    case 'frozen answer':
    case 'cut after headers':
    case 'cut in the body':
    case 'short body':
      return { kind, handedOut: random() < 0.5 };
    case 'slow body':
      return { kind, ms: random() * 15_000 };
    case 'stale cursor':
      return { kind, back: 1 + Math.floor(random() * 8) };
    case 'clock off':
      return { kind, ms: random() < 0.5 ? 3_600_000 : -3_600_000 };
    case 'html':
      return mock({ kind: 'html', status: pick(random, [200, 503, 502]) }, 'HTML page');
    case 'status':
      return mock({ kind: 'status', status: pick(random, [500, 502, 503, 504, 408]) }, '5xx or 408');
    case 'other status':
      return mock({ kind: 'status', status: pick(random, [400, 404, 409, 418]) }, 'other 4xx');
    case 'rate limit': {
      const hint = pick(random, hints);
      return mock({ kind: 'rate-limit', hint, seconds: 1 + Math.floor(random() * 40) }, `429 ${hint}`);
    }
    case 'redirect':
      return mock({ kind: 'redirect' }, 'redirect');
    case 'failure':
      return line === 'camsoda' ? mock({ kind: 'failure' }, 'success: false') : { kind: 'broken JSON' };
    default:
      return { kind } as Trouble;
  }
}

/** Who reads the combined header `RateLimit`: the platforms that may send it. */
const combined: readonly Line[] = ['tiktok', 'anilibria'];

/** The least wait that a refusal asks for, in milliseconds; `undefined` for what asks for none. */
export function askedWait(trouble: Trouble, line: Line): number | undefined {
  if (trouble.kind !== 'mock' || trouble.fault.kind !== 'rate-limit' || trouble.fault.hint === 'none') return undefined;
  if (trouble.fault.hint === 'ratelimit' && !combined.includes(line)) return undefined;
  return trouble.fault.seconds * 1000 - (trouble.fault.hint === 'fraction' ? 250 : 0);
}
