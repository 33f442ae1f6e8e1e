import { configError } from '../../core/errors.ts';

/** What JSON can say. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/**
 * What says which channel is meant. It is kept in Redis and shown in the status as it is, so it holds no credential: name the account
 * here, and look its credential up in `open`.
 */
export interface Channel {
  /** Yours, unique in the fleet, at most 200 characters. Adding it a second time changes nothing. */
  readonly id: string;
  /** Which platform, e.g. `chaturbate`. */
  readonly platform: string;
  /** Whatever `open` needs to know beside. */
  readonly [name: string]: Json;
}

/** What a job of the queue holds. */
export interface Assignment {
  readonly channel: Channel;
  /** Nobody shall ask it any more: whoever has it lets it go, and with that it is gone. */
  readonly removed?: true;
}

const longest = 10_000;
const secretName =
  /token|secret|passw|passphrase|api.?key|private.?key|credential|authorization|bearer|cookie|^jwt$|^key$/i;
/** An address with a password, or that is itself one: that of the events of a room at Chaturbate. */
const secretAddresses = [/:\/\/[^/\s:]*:[^/\s]*@/, /:\/\/eventsapi\.[^/\s]+\/events\/[^/\s]+\/[^/\s]/i];
/** A field of a query that says something. */
const queryField = /[?&;]([^=&;?\s]+)=[^&\s]/g;
const secretField = /token|secret|passw|api.?key|credential|signature|^(key|auth|jwt)$/i;

const holdsSecret = (text: string): boolean =>
  secretAddresses.some((each) => each.test(text)) ||
  // One field after the other: an expression for all of it takes the square of its length.
  Array.from(text.matchAll(queryField), ([, name = '']) => name).some((name) => secretField.test(name));

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Where a credential seems to be: the path to it. */
function secretIn(value: unknown, path: string): string | undefined {
  if (typeof value === 'string') return holdsSecret(value) ? path : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, inner] of Object.entries(value)) {
    const here = path ? `${path}.${name}` : name;
    if (secretName.test(name) && !Array.isArray(value)) return here;
    const found = secretIn(inner, here);
    if (found) return found;
  }
  return undefined;
}

/** Whether JSON gives back what it was given. */
function isJson(value: unknown): value is Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  const prototype: unknown = isObject(value) ? Object.getPrototypeOf(value) : undefined;
  return (prototype === Object.prototype || prototype === null) && Object.values(Object(value)).every(isJson);
}

const isText = (value: unknown, most: number): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= most;

const isChannel = (value: unknown): value is Channel =>
  isObject(value) && isText(value.id, 200) && isText(value.platform, 200) && isJson(value);

/**
 * Checks a description before anything is written.
 *
 * @throws TipstreamError `CONFIG` for what is no plain JSON with `id` and `platform`, and for what looks like a credential
 */
export function checkChannel(value: Channel): Channel {
  if (!isChannel(value))
    throw configError('fleet', 'a channel is plain JSON with `id` and `platform`, texts of 1 to 200 characters');
  const secret = secretIn(value, '');
  if (secret)
    throw configError(
      'fleet',
      `the channel's field "${secret}" looks like a credential, and channels are kept in Redis as they are; name the account instead, and look its credential up in open()`,
    );
  if (JSON.stringify(value).length > longest)
    throw configError('fleet', `a channel's description has at most ${longest} characters`);
  jobOf(value.id);
  return value;
}

/** What a job holds, if it is one of ours. */
export function readAssignment(data: unknown): Assignment | undefined {
  if (!isObject(data) || !isChannel(data.channel)) return undefined;
  return { channel: data.channel, ...(data.removed === true && { removed: true }) };
}

/**
 * The queue's name for a channel: it refuses numbers and colons.
 *
 * @throws TipstreamError `CONFIG` for half a character
 */
export function jobOf(id: string): string {
  try {
    return `c-${encodeURIComponent(id)}`;
  } catch {
    throw configError('fleet', 'a channel has half a character in its id');
  }
}
