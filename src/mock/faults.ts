import { type Answer, json } from './answer.ts';

/** The ways in which an upstream says how long to wait. */
export const hints = [
  'seconds',
  'fraction',
  'date',
  'body',
  'reset-delta',
  'reset-seconds',
  'reset-milliseconds',
  'ratelimit',
  'none',
] as const satisfies readonly Hint[];

/** One of the ways in which an upstream says how long to wait. */
export type Hint =
  | 'seconds'
  | 'fraction'
  | 'date'
  | 'body'
  | 'reset-delta'
  | 'reset-seconds'
  | 'reset-milliseconds'
  | 'ratelimit'
  | 'none';

/** A failure that needs nothing but its name. */
export interface PlainFault {
  /**
   * `reset`: the connection is cut before the first byte. `truncated`: it is cut in the middle of the body. `malformed`: a
   * whole answer whose JSON is broken. `lost`: the request is carried out, and the connection cut before the first byte of its
   * answer. `failure`: HTTP 200 with `success: false`. `redirect`: HTTP 302 to another host.
   * `foreign-next`: the right answer, but its `nextUrl` leads to another host.
   */
  kind: 'reset' | 'truncated' | 'malformed' | 'lost' | 'failure' | 'redirect' | 'foreign-next';
}

/** An answer with another status. */
export interface StatusFault {
  /** `status`: a short JSON body. `html`: a page for people in place of data. */
  kind: 'status' | 'html';
  /** From 200 to 599. */
  status: number;
}

/** The right answer, but not at once. */
export interface SlowFault {
  /** `latency`: it begins later. `slow`: its body comes in pieces. */
  kind: 'latency' | 'slow';
  /** How long it takes, in milliseconds. */
  ms: number;
}

/** HTTP 429. */
export interface RateLimitFault {
  /** Too many requests. */
  kind: 'rate-limit';
  /** How the wait is said. */
  hint: Hint;
  /** The wait, in seconds. */
  seconds: number;
}

/** A socket that is not let in: the upgrade is answered with a bare status. It waits for the next socket. */
export interface RefuseFault {
  /** Only for sockets. */
  kind: 'refuse';
  /** From 200 to 599. */
  status: number;
}

/** What happens to a socket that was let in. It waits for the next socket. */
export interface SocketFault {
  /** `drop`: the connection is cut. `freeze`: it says nothing more and notices nothing. `garbage`: half a message comes. */
  kind: 'drop' | 'freeze' | 'garbage';
  /** After how many messages of the upstream. */
  after: number;
}

/** One failure of an upstream. None of them loses an event of a polled room. */
export type Fault = PlainFault | StatusFault | SlowFault | RateLimitFault | RefuseFault | SocketFault;

/** What a fault is counted as: its status where it has one, otherwise its kind. */
export const labelOf = (fault: Fault): string =>
  fault.kind === 'status' ? String(fault.status) : fault.kind === 'rate-limit' ? '429' : fault.kind;

/** The answer that takes the place of the right one, or `undefined` where the fault only spoils it on its way. */
export function instead(fault: Fault, now: number): Answer | undefined {
  if (fault.kind === 'status' || fault.kind === 'refuse')
    return json(fault.status, { error: `the mock was told to answer ${fault.status}` });
  if (fault.kind === 'rate-limit') return tooMany(fault.hint, fault.seconds, now);
  if (fault.kind === 'failure') return json(200, { success: false });
  if (fault.kind === 'reset') return { ...json(200, {}), trouble: { kind: 'reset' } };
  if (fault.kind === 'redirect') return { status: 302, headers: { location: 'https://elsewhere.invalid/' }, body: '' };
  if (fault.kind !== 'html') return undefined;
  const body =
    '<!doctype html><html><head><title>One moment</title></head><body><h1>Checking your browser</h1></body></html>\n';
  return { status: fault.status, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}

/** The right answer, spoiled. What was in it is still to be handed out. */
export function spoil(fault: Fault, answer: Answer): Answer {
  if (fault.kind === 'slow') return { ...answer, trouble: { kind: 'slow', ms: fault.ms } };
  if (fault.kind === 'foreign-next')
    return { ...answer, body: answer.body.replace(/("nextUrl":")https?:\/\/[^/"]+/, '$1https://elsewhere.invalid') };
  if (fault.kind !== 'malformed' && fault.kind !== 'truncated' && fault.kind !== 'lost') return answer;
  answer.handedOut?.(false);
  const { handedOut: _, ...rest } = answer;
  if (fault.kind === 'lost') return { ...rest, trouble: { kind: 'reset' } };
  if (fault.kind === 'truncated') return { ...rest, trouble: { kind: 'truncated' } };
  return { ...rest, body: `${answer.body.slice(0, -1)},]` };
}

function tooMany(hint: Hint, seconds: number, now: number): Answer {
  const later = now + seconds * 1000;
  const at = Math.ceil(later / 1000);
  const said: Readonly<Record<Hint, Record<string, string>>> = {
    seconds: { 'retry-after': String(Math.ceil(seconds)) },
    fraction: { 'retry-after': (seconds - 0.25).toFixed(2) },
    date: { 'retry-after': new Date(at * 1000).toUTCString() },
    body: {},
    'reset-delta': { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.ceil(seconds)) },
    'reset-seconds': { 'ratelimit-remaining': '0', 'ratelimit-reset': String(at) },
    'reset-milliseconds': { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.ceil(later)) },
    ratelimit: { 'ratelimit-policy': '"events";q=120;w=60', ratelimit: `"events";r=0;t=${Math.ceil(seconds)}` },
    none: {},
  };
  return json(429, { error: 'too many requests', ...(hint === 'body' ? { retry_after: seconds } : {}) }, said[hint]);
}
