import type { Answer } from './answer.ts';
import type { Feed } from './feed.ts';

/** `contract`: the documented upstream. `real`: what the true upstream is known to send. */
export type Dialect = 'contract' | 'real';

/** How one upstream talks in one dialect: what its random events are drawn from, and how a tip looks on its wire. */
export interface Manner {
  /** Names of the shapes a tip can have here. An evening mixes the first `mixed` of them, the rest is for who asks. */
  formats: readonly [string, ...string[]];
  /** How many of `formats` the evening mixes. */
  mixed: number;
  /** The shapes that can say "anonymous". */
  veils: readonly string[];
  users: readonly [string, ...string[]];
  amounts: readonly [number, ...number[]];
  /** Whether other things happen between the tips. */
  noise: boolean;
  /** The credential that strict mode expects unless the room names its own. */
  credential: string;
  /** Requests in any minute where rate limits are on, and the headers that tell of them. */
  limit: { perMinute: number; says: readonly ('limit' | 'remaining')[] };
  /** One event as this upstream sends it. */
  render(moment: Moment, format: string, room: Room): unknown;
  /** The variables that lead a program to this room. */
  env(room: Room, origin: string): Readonly<Record<string, string>>;
}

/** One account of one upstream: whose tips they are, and what opens the door in strict mode. */
export interface Room {
  /** The upstream, e.g. `chaturbate`. */
  platform: string;
  /** How the upstream talks in this room. */
  dialect: Dialect;
  /** The broadcaster. */
  channel: string;
  /** The key or token. */
  credential: string;
}

/** One tip of the evening, in our words. */
export interface ScriptTip {
  /** Where it is given. */
  platform: string;
  /** How it is told. */
  dialect: Dialect;
  /** Whose room it is given in. */
  channel: string;
  /** Milliseconds from the beginning of the evening in its room. */
  at: number;
  /** Tokens. */
  amount: number;
  /** The name that a client may show: `Anonymous` where the giver hides. */
  tipper: string;
  /** The name on the wire, hidden givers included: nothing of a client may ever show it for them. */
  wireName: string;
  /** The note, `''` where there is none. */
  message: string;
  /** Whether the giver hides. */
  anonymous: boolean;
  /** The shape on the wire, e.g. `format-1`, `alternative`, `B`. */
  format: string;
}

/** Something that happened in a room: a tip, something else (`method`), or a finished wire event (`wire`). */
export interface Moment {
  /** Its number in the room. */
  sequence: number;
  /** When it happened, Unix time in milliseconds. */
  time: number;
  tip?: ScriptTip;
  /** What else happened, in the words of the real Chaturbate. */
  method?: string;
  name?: string;
  text?: string;
  /** Sent as it is. */
  wire?: unknown;
}

/** A request that reached a route. */
export interface Visit {
  request: Request;
  url: URL;
  /** The `:names` of the path, decoded. */
  params: Readonly<Record<string, string>>;
  /** The room with this channel or credential. Without strict mode, a platform's only room answers to any name. */
  find(
    dialect: Dialect,
    by: { channel?: string | null | undefined; credential?: string | null | undefined },
  ): Feed | undefined;
  /** Events in one page at most. */
  pageSize: number;
  /** The shape for this answer, where the request or the scenario asks for one. */
  format: string | undefined;
  /** Whether credentials are checked. */
  strict: boolean;
  /** Unix time in milliseconds. */
  now(): number;
  /** An answer without events, asked for by the scenario or the request. */
  empty: boolean;
}

/** One path of an upstream. `:name` stands for one segment; a `/` at the end belongs to it. */
export interface Route {
  path: string;
  dialect: Dialect;
  answer(visit: Visit): Answer | Promise<Answer>;
}

/** An upstream: how it talks and which paths it answers. A new platform is one more of these values. */
export interface MockPlatform {
  name: string;
  manners: Readonly<Partial<Record<Dialect, Manner>>>;
  routes: readonly Route[];
  /** The origins of the true upstream, for the handlers of `msw`. */
  origins: readonly string[];
}

/** The path of an endpoint's declaration as a route's: `{name}` becomes `:name`. */
export const routeOf = ({ path }: { readonly path: string }): string => path.replace(/\{(\w+)\}/g, ':$1');

/** The `:names` of `path` as `pattern` has them, or `undefined` where it does not fit. */
export function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? '';
    if (!part.startsWith(':')) {
      if (part !== value) return undefined;
      continue;
    }
    if (value === '') return undefined;
    params[part.slice(1)] = decode(value);
  }
  return params;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
