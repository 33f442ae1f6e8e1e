import { listEndpoints } from '../../core/endpoint.ts';
import { isWire } from '../../stream/tip-wire.ts';
import { tipping } from '../../tipping/endpoints.ts';
import { isRate } from '../../tipping/manner.ts';
import type { Answer } from '../answer.ts';
import type { MockService, ServiceVisit } from '../service.ts';
import { accountRoutes } from './account-routes.ts';
import { createEvening } from './evening.ts';
import { failure, isRefusal, refusal } from './failure.ts';
import type { Desk, Handler, Visitor } from './handler.ts';
import { createSigner, type Signer } from './jwt.ts';
import { createLimits } from './limits.ts';
import { peopleRoutes } from './people-routes.ts';
import { createRooms, type TippingRooms } from './rooms.ts';
import { createSessions, type Sessions, type TokenAnswer } from './sessions.ts';
import { type Account, createState, type LedgerEntry, type State, seededPassword } from './state.ts';
import { streamRoutes } from './stream-routes.ts';
import { switchesOf, type TippingSwitches } from './switches.ts';
import { tip, walletRoutes } from './wallet-routes.ts';

/** What a test can see and do at the tipping platform of the mock. */
export interface TippingControls {
  /** The password of everybody who is there from the start. */
  readonly password: string;
  /** What can be changed at any time. */
  readonly switches: TippingSwitches;
  readonly state: State;
  readonly sessions: Sessions;
  /** What the tokens can be checked with, in PEM. */
  readonly publicKey: string;
  readonly rooms: Omit<TippingRooms, 'socket' | 'tell'>;
  /** Every transfer that happened, in order. */
  readonly ledger: readonly LedgerEntry[];
  /** Somebody by username: `mira` performs, `noor` would but is not verified, `ada` and `grace` watch, `root` is an admin. */
  account(username: string): Account;
  /** The stream that is live from the start. */
  readonly streamId: string;
  /** A tip that happens now, to the host of the stream. */
  tip(given?: { from?: string; streamId?: string; tokens?: number; message?: string; isPrivate?: boolean }): string;
  /** Tokens, as a login gives them. */
  issue(username: string): TokenAnswer;
  /** Sends anything to whoever listens to a stream. */
  emit(event: unknown, streamId?: string): void;
}

const handlers: Readonly<Record<string, Handler>> = {
  ...accountRoutes,
  ...peopleRoutes,
  ...walletRoutes,
  ...streamRoutes,
};

const isPublic = (name: string): boolean => ['streams.list', 'streams.get'].includes(name);
const isForAdmins = (name: string): boolean => name.startsWith('admin.') || name === 'moderation.flags';

/**
 * The tipping platform, with the key that `makeSigner` gives: to make one takes a tenth of a second, which a test of many platforms
 * need not spend on each.
 */
export const tippingServiceBy = (makeSigner: () => Signer): MockService<TippingControls> => ({
  name: 'tipping',
  prefix: '/tipping',
  origins: ['https://staging-api.livepanty.com'],
  create({ clock, random, pace, every, rateLimits = false }) {
    const switches = switchesOf(rateLimits);
    const state = createState(clock, random);
    const signer = makeSigner();
    const sessions = createSessions(signer, clock, state.makeId, switches);
    const rooms = createRooms(state, sessions, switches, () => evening.begin());
    const take = createLimits(switches);
    const desk: Desk = { state, sessions, switches, tell: rooms.tell };

    const admit = async (name: string, rate: string | undefined, visit: ServiceVisit): Promise<Visitor> => {
      const [, token] = /^Bearer (.+)$/.exec(visit.request.headers.get('authorization') ?? '') ?? [];
      const claims = token === undefined ? undefined : sessions.access(token);
      const account = claims && state.accounts.get(claims.sub);
      if (isRate(rate)) take(rate, rate === 'auth' ? '-' : (account?.user.id ?? '-'), clock.now());
      const open = /^auth\.(register|login|refresh)$/.test(name);
      if (token !== undefined && !claims && !open) throw refusal('AUTHENTICATION_REQUIRED', { code: 'TOKEN_INVALID' });
      if (!account && !open && !isPublic(name)) throw refusal('AUTHENTICATION_REQUIRED');
      if (isForAdmins(name) && account?.user.role !== 'admin') throw refusal('PERMISSION_DENIED');
      const body = await visit.body();
      return { visit, account, family: claims?.family, body: isWire(body) ? body : {} };
    };

    const routes = listEndpoints(tipping.endpoints).map(({ name, method, path, rate }) => {
      const handler = handlers[name];
      if (!handler) throw new Error(`the mock has no answer for ${name}`);
      return {
        method,
        path: `/v1${path.replace(/\{(\w+)\}/g, ':$1')}`,
        async answer(visit: ServiceVisit): Promise<Answer> {
          try {
            return handler(await admit(name, rate, visit), desk);
          } catch (error) {
            if (isRefusal(error)) return failure(error, clock.now());
            throw error;
          }
        },
      };
    });

    const account = (username: string): Account => {
      for (const each of state.accounts.values()) if (each.user.username === username) return each;
      throw new Error(`there is nobody called ${username}`);
    };
    const [streamId = ''] = state.streams.keys();
    const give: TippingControls['tip'] = ({
      from = 'ada',
      streamId: room = streamId,
      tokens = 10,
      message = '',
      isPrivate = false,
    } = {}) => {
      const host = state.streams.get(room)?.host_id ?? '';
      const to = state.accounts.get(host) ?? account('mira');
      return tip(desk, account(from), to, { tokens, streamId: room, message, isPrivate }).tip.id;
    };
    const heard = (): boolean => switches.evening && rooms.listening(streamId) > 0;
    const evening = createEvening({ clock, random, pace, every }, heard, ({ username, ...guest }) =>
      give({ from: username, ...guest }),
    );
    return {
      routes,
      sockets: [rooms.socket],
      env: (origin) => ({ TIPPING_BASE_URL: `${origin}/v1` }),
      controls: {
        password: seededPassword,
        switches,
        state,
        sessions,
        get publicKey() {
          return signer.publicKey;
        },
        rooms,
        ledger: state.ledger,
        account,
        streamId,
        tip: give,
        emit: (event, room = streamId) => rooms.tell(room, event),
        issue: (username) => sessions.begin(account(username).user.id),
      },
      close: evening.stop,
    };
  },
});

/** The tipping platform: accounts, sessions, wallets, streams and their sockets, all with a state (TP-38 to TP-41). */
export const tippingService = tippingServiceBy(createSigner);
