import { isTipstreamError } from '../core/errors.ts';
import { sleep, systemClock } from '../core/time.ts';
import { type Answer, json } from './answer.ts';
import { keyOf, openCams, platforms } from './cams.ts';
import { openTo } from './cors.ts';
import { type Directive, parseDirective } from './directive.ts';
import { createFailures } from './failures.ts';
import { type Fault, instead, labelOf, spoil } from './faults.ts';
import { readBody } from './form.ts';
import { type Arrival, byOrigin, byPrefix, type OpenService, openServices, routeAt, socketAt } from './hosting.ts';
import type { Mock, MockOptions, MockRequest } from './options.ts';
import type { Dialect } from './platform.ts';
import { seededRandom } from './random.ts';
import { chosen } from './rooms.ts';
import type { Peer } from './service.ts';
import type { Services } from './services.ts';
import { onSocket, spoiled } from './socket-faults.ts';

/** How many requests are remembered. */
const remembered = 10_000;

/** Where the services are. */
export interface Site {
  /** Where a service is served, with its prefix. */
  origin(service: Pick<OpenService, 'prefix' | 'origins'>): string;
  /** Whether they are also at the addresses of the true upstreams. */
  atOrigins: boolean;
}

/** What becomes of a request for a socket: an answer, or somebody to talk to. */
export type Upgrade = RefusedUpgrade | AcceptedUpgrade;

/** A request for a socket that is answered as any other. */
export interface RefusedUpgrade {
  /** The answer in place of a socket. */
  refused: Answer;
}

/** A request for a socket that is let in. */
export interface AcceptedUpgrade {
  /** Lets the upstream talk to `peer`, the other side of the socket. */
  open(peer: Peer): void;
}

/** The upstreams, before anything is wired to them. */
export interface Upstreams {
  /** What a mock shows as it is. */
  readonly plain: Pick<Mock, 'world' | 'script' | 'requests' | 'faults' | 'tip' | 'emit' | 'fail' | 'rekey'>;
  readonly services: readonly OpenService[];
  routes(): Mock['routes'];
  env(origin: string): Readonly<Record<string, string>>;
  serves: Mock['serves'];
  /** @param own - The service alone at whose port the request came. */
  answer(request: Request, own?: OpenService): Promise<Answer>;
  upgrade(request: Request, own?: OpenService): Promise<Upgrade>;
}

export function openUpstreams(options: MockOptions, all: Services, site: Site): Upstreams {
  const { seed = 1, cors = true, strict = false, clock = systemClock, pace = 1, every = 4000 } = options;
  const names = Object.keys(all);
  const cams = openCams(chosen(platforms, options.platforms, names), options);
  const services = openServices(all, options.platforms, (service) => ({
    clock,
    random: seededRandom(seed, service.name),
    pace,
    every: parseDirective(options.scenario ?? '').quiet ? Number.POSITIVE_INFINITY : every,
    strict,
    rateLimits: options.rateLimits,
    origin: () => site.origin(service),
  }));
  const keys = [...cams.doors, ...services.map(inContract)].map(keyOf);
  const always = parseDirective(options.scenario ?? '').fault;
  const failures = createFailures(options.faults, seed, [...new Set(keys)], always);
  const requests: MockRequest[] = [];

  const record = ({ method, headers }: Request, url: URL): MockRequest => {
    const made = { method, path: url.pathname + url.search, headers: Object.fromEntries(headers), at: clock.now() };
    requests.push(made);
    if (requests.length > remembered) requests.shift();
    return made;
  };

  const arrival = (url: URL, own: OpenService | undefined): Arrival | undefined =>
    own
      ? { service: own, path: url.pathname }
      : (byPrefix(services, url) ?? (site.atOrigins ? byOrigin(services, url) : undefined));

  /** What befalls a request on its way to `door`: the fault, and the answer in place of the right one. */
  const befall = async (
    request: Request,
    url: URL,
    door: { platform: string; dialect: Dialect; socket?: boolean },
    note: MockRequest,
  ): Promise<{ asked: Directive; fault: Fault | undefined; other: Answer | undefined }> => {
    Object.assign(note, { platform: door.platform, dialect: door.dialect });
    const asked = parseDirective(request.headers.get('x-mock-scenario') ?? url.searchParams.get('mock') ?? '');
    const fault = failures.next(door, asked.fault);
    if (fault) note.fault = labelOf(fault);
    if (fault?.kind === 'latency') await sleep(clock, fault.ms, request.signal);
    return { asked, fault, other: fault && instead(fault, clock.now()) };
  };

  const answerBy = async (
    request: Request,
    url: URL,
    door: { platform: string; dialect: Dialect },
    note: MockRequest,
    answer: (asked: Directive) => Answer | Promise<Answer>,
  ): Promise<Answer> => {
    const { asked, fault, other } = await befall(request, url, door, note);
    if (other) return other;
    const right = await answer(asked);
    return fault ? spoil(fault, right) : right;
  };

  const route = async (
    request: Request,
    url: URL,
    at: Arrival | undefined,
    note: MockRequest,
  ): Promise<{ answer: Answer; methods: readonly string[] }> => {
    const { method } = request;
    if (at) {
      const { found, methods } = routeAt(at, method);
      if (method === 'OPTIONS') return { answer: preflight, methods };
      note.platform = at.service.name;
      if (!found && methods.length > 0) return { answer: notAllowed(methods), methods };
      if (!found) return { answer: nowhere(url, at.service.running.routes), methods };
      const { door, params } = found;
      const visit = { request, url, params, body: once(() => readBody(request)) };
      const answer = await answerBy(request, url, inContract(at.service), note, () => door.answer(visit));
      return { answer, methods };
    }
    const methods = ['GET'];
    if (method === 'OPTIONS') return { answer: preflight, methods };
    const found = cams.find(url.pathname);
    if (!found) return { answer: nowhere(url, cams.doors), methods };
    const { door, params } = found;
    Object.assign(note, { platform: door.platform, dialect: door.dialect });
    if (method !== 'GET') return { answer: notAllowed(methods), methods };
    const answer = await answerBy(request, url, door, note, (asked) =>
      cams.answer(door, { request, url, params }, asked),
    );
    return { answer, methods };
  };

  return {
    plain: {
      world: cams.world,
      script: cams.script,
      requests,
      faults: failures.counts,
      tip: cams.tip,
      emit: cams.emit,
      fail: failures.order,
      rekey: cams.rekey,
    },
    services,
    routes: () => [
      ...cams.doors.map(({ platform, dialect, path }) => ({ platform, dialect, method: 'GET', path })),
      ...services.flatMap((service) =>
        service.running.routes.map(({ method, path }) => ({
          ...inContract(service),
          method,
          path: service.prefix + path,
        })),
      ),
    ],
    env: (origin) =>
      Object.assign(
        cams.env(origin),
        ...services.map((service) =>
          service.running.env?.(site.atOrigins ? origin + service.prefix : site.origin(service)),
        ),
      ),
    serves(address) {
      const url = new URL(address, 'http://mock.invalid');
      const at = arrival(url, undefined);
      return at ? routeAt(at, 'GET').methods.length > 0 : cams.find(url.pathname) !== undefined;
    },
    async answer(request, own) {
      const url = new URL(request.url);
      const note = record(request, url);
      const { answer, methods } = await route(request, url, arrival(url, own), note).catch((error: unknown) => ({
        answer: refusal(error, request.signal),
        methods: [],
      }));
      const given = request.method === 'OPTIONS' && !cors ? { ...answer, status: 403 } : answer;
      note.status = given.status;
      const date = new Date(clock.now()).toUTCString();
      const headers = { date, ...given.headers, ...(cors ? openTo(request, methods, given.headers) : {}) };
      return { ...given, headers };
    },
    async upgrade(request, own) {
      const url = new URL(request.url);
      const note = record(request, url);
      const refused = (answer: Answer): Upgrade => {
        note.status = answer.status;
        return { refused: answer };
      };
      try {
        const at = arrival(url, own);
        const found = at && socketAt(at);
        if (!found) return refused(nowhere(url, at?.service.running.sockets ?? []));
        const { door, params } = found;
        const { fault, other } = await befall(request, url, { ...inContract(at.service), socket: true }, note);
        if (other) return refused(other);
        const visit = { request, url, params, body: async () => undefined };
        const status = door.refuse?.(visit);
        if (status !== undefined) return refused({ status, headers: {}, body: '' });
        note.status = 101;
        return { open: (peer) => door.open(visit, spoiled(peer, onSocket(fault))) };
      } catch (error) {
        return refused(refusal(error, request.signal));
      }
    },
  };
}

const preflight: Answer = { status: 204, headers: {}, body: '' };

const inContract = ({ name }: Pick<OpenService, 'name'>): { platform: string; dialect: Dialect } => ({
  platform: name,
  dialect: 'contract',
});

const notAllowed = (methods: readonly string[]): Answer =>
  json(405, { error: `only ${methods.join(', ')} is answered here` }, { allow: methods.join(', ') });

const nowhere = ({ pathname }: URL, doors: readonly { path: string }[]): Answer =>
  json(404, { error: `nothing is served at ${pathname}`, routes: doors.map(({ path }) => path) });

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** A client that left meanwhile needs no answer; a scenario that nobody knows is the client's mistake. */
function refusal(error: unknown, signal: AbortSignal): Answer {
  if (signal.aborted) return { ...json(499, {}), trouble: { kind: 'reset' } };
  const status = isTipstreamError(error) ? 400 : 500;
  return json(status, { error: error instanceof Error ? error.message : 'the mock failed' });
}
