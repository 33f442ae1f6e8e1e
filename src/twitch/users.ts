import type { EndpointCall, ListCall } from '../core/client.ts';
import type { CallOptions } from '../core/options.ts';
import type { AllOptions, Page } from '../core/page.ts';
import { mostUsers, type UsersInput } from './queries.ts';
import type { TwitchUser } from './schemas.ts';

/** An id or a login that is asked for. */
type Wanted = readonly [kind: 'ids' | 'logins', name: string];

/** Everybody who is asked for, once; `undefined` for an input that is not right. */
function wantedOf({ ids = [], logins = [] }: UsersInput): Wanted[] | undefined {
  if (!Array.isArray(ids) || !Array.isArray(logins)) return undefined;
  const all = [...ids.map((id) => ['ids', id] as const), ...logins.map((login) => ['logins', login] as const)];
  if (!all.length || all.some(([, name]) => typeof name !== 'string')) return undefined;
  const named = all.map(([kind, name]): Wanted => [kind, kind === 'ids' ? name : name.toLowerCase()]);
  return [...new Map(named.map((one) => [one.join(' '), one])).values()];
}

const pick = (wanted: readonly Wanted[], kind: Wanted[0]): string[] =>
  wanted.filter(([one]) => one === kind).map(([, name]) => name);

/** The users in the order in which they were asked for, each once; whoever was not asked for comes last. */
function inOrder(users: readonly TwitchUser[], wanted: readonly Wanted[]): TwitchUser[] {
  const known = new Map<string, TwitchUser>(
    users.flatMap((user) => [[`ids ${user.id}`, user] as const, [`logins ${user.login.toLowerCase()}`, user] as const]),
  );
  const found = wanted.map((one) => known.get(one.join(' '))).filter((user) => user !== undefined);
  return [...new Map([...found, ...users].map((user) => [user.id, user])).values()];
}

type Asked = Awaited<ReturnType<EndpointCall<UsersInput, Page<TwitchUser>>['withMeta']>>;

/** What is known of several answers as one: the last of them, and the sum of what was sent. */
function together(answers: readonly Asked[]): Asked['meta'] {
  const metas = answers.map(({ meta }) => meta);
  const last = metas.reduce((_before, meta) => meta);
  return {
    ...last,
    attempts: metas.reduce((sum, { attempts }) => sum + attempts, 0),
    elapsedMs: Math.max(...metas.map(({ elapsedMs }) => elapsedMs)),
    cache: metas.find(({ cache }) => cache !== 'HIT')?.cache ?? 'HIT',
  };
}

/**
 * Makes `users` of a call that takes 100 at most: any number of ids and logins, asked for in requests of 100 in all, each user
 * once and in the caller's order.
 */
export function usersOf(call: EndpointCall<UsersInput, Page<TwitchUser>>): ListCall<UsersInput, TwitchUser> {
  /** The parts of an input; one that is not right is left as it is, for the call to refuse. */
  const partsOf = (input: UsersInput): [UsersInput, readonly Wanted[]][] => {
    const wanted = wantedOf(input);
    if (!wanted) return [[input, []]];
    return Array.from({ length: Math.ceil(wanted.length / mostUsers) }, (_, index) => {
      const part = wanted.slice(index * mostUsers, (index + 1) * mostUsers);
      return [{ ...input, ids: pick(part, 'ids'), logins: pick(part, 'logins') }, part];
    });
  };
  const withMeta = async (input: UsersInput = {}, options: CallOptions = {}): Promise<Asked> => {
    const parts = partsOf(input);
    const wanted = parts.flatMap(([, names]) => names);
    const { signal } = options;
    const controller = new AbortController();
    const abort = (): void => controller.abort(signal?.reason);
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort);
    try {
      const answers = await Promise.all(
        parts.map(([part]) => call.withMeta(part, { ...options, signal: controller.signal })),
      );
      const items = inOrder(
        answers.flatMap(({ data }) => data.items),
        wanted,
      );
      return { data: { items }, meta: together(answers) };
    } catch (error) {
      // One of them failed, so nobody waits for the others any more.
      abort();
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  };
  return Object.assign(async (input?: UsersInput, options?: CallOptions) => (await withMeta(input, options)).data, {
    withMeta,
    async *all(input: UsersInput = {}, { max = Number.POSITIVE_INFINITY, ...options }: AllOptions = {}) {
      const seen = new Set<string>();
      for (const [part, names] of partsOf(input)) {
        if (seen.size >= max) return;
        const { data } = await call.withMeta(part, options);
        for (const user of inOrder(data.items, names)) {
          if (seen.size >= max) return;
          if (!seen.has(user.id)) {
            seen.add(user.id);
            yield user;
          }
        }
      }
    },
  });
}
