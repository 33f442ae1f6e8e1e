import { bearer, type Credential } from '../core/auth.ts';
import { clientOf, openWhole } from '../core/client.ts';
import type { Connection } from '../core/connection.ts';
import { get, platform } from '../core/endpoint.ts';
import { type ErrorCode, isTipstreamError } from '../core/errors.ts';
import { type Reader, read } from '../core/reader.ts';
import { minutes } from '../core/time.ts';
import { createLog } from '../stream/log.ts';
import type { Ask } from './calls.ts';
import { accepts, anilibria, anilibriaVersions } from './endpoints.ts';
import { type Enveloped, enveloped } from './envelope.ts';
import { readAnilibriaProblem } from './problem.ts';
import { type TitleInput, titleParams } from './queries.ts';
import type { AnilibriaWireTitle } from './schemas.ts';
import { readTitle } from './shapes.ts';

/** Who is asked for a title while the service is down. */
export interface AnilibriaFallback {
  /** @default the `baseUrl` of the client without its `/v2` */
  baseUrl?: string | undefined;
  /** @default '/titles/{id}' */
  path?: string | undefined;
  /** Reads the answer. @default a title as the service itself says it, in its envelope or without */
  read?: Reader<AnilibriaWireTitle> | undefined;
  /** Completes addresses that have no host. @default that of the client */
  assets?: string | undefined;
}

/** Asks for a title. */
export type AskTitle = Ask<TitleInput, Enveloped<AnilibriaWireTitle>>;

/** What may be better elsewhere. A 4xx is an answer: who asks again elsewhere would only hide it (AL-36). */
const outages: readonly ErrorCode[] = ['NETWORK', 'TIMEOUT', 'SERVER', 'UNAVAILABLE', 'CIRCUIT_OPEN'];

/** Opens the way to whoever is asked instead of `platform`; it ends with `connection`. */
function openOlder(
  connection: Connection,
  { baseUrl, path = '/titles/{id}', read: reader = readTitle, assets }: AnilibriaFallback,
  credential: Credential | undefined,
): AskTitle {
  const { origin, options, baseUrl: newer } = connection;
  const older = platform({
    name: anilibria.name,
    auth: bearer(),
    rates: { all: { limit: 100, per: minutes(1) } },
    problem: readAnilibriaProblem,
    endpoints: {
      fallback: get(path, {
        params: titleParams,
        response: enveloped((data) => read(reader, data)),
        accepts,
        rate: 'all',
      }),
    },
  });
  const base = baseUrl ?? (/\/v2$/.test(newer) ? newer.slice(0, -3) : origin + anilibriaVersions.v1);
  // The token belongs to the service, and goes to nobody else.
  const own = new URL(base).origin === origin ? credential : undefined;
  const second = openWhole(
    older,
    { ...options, baseUrl: base, signal: undefined, limiter: undefined },
    { credential: own },
  );
  connection.onClose(second.close);
  const { withMeta } = clientOf(older, second).fallback;
  return async (input, call) => {
    const { data, meta } = await withMeta(input, call);
    return { data: { ...data, assets, meta: { ...data.meta, source: 'v1' } }, meta };
  };
}

/**
 * Asks for a title, and elsewhere while the service is down (AL-36).
 *
 * @param ask - Asks the service.
 * @throws TipstreamError `CONFIG`
 */
export function withFallback(
  ask: AskTitle,
  connection: Connection,
  fallback: AnilibriaFallback,
  credential: Credential | undefined,
): AskTitle {
  const older = openOlder(connection, fallback, credential);
  const { clock, logger, deadline: usual } = connection.options;
  const log = createLog(anilibria.name, clock, logger);
  let told = false;
  return async (input, call = {}) => {
    const began = clock.now();
    try {
      const answer = await ask(input, call);
      told = false;
      return answer;
    } catch (error) {
      const { deadline = usual } = call;
      const left = deadline - (clock.now() - began);
      if (!isTipstreamError(error) || !outages.includes(error.code) || left < 50) throw error;
      // A 408 is a time limit of the service, and an answer.
      if (String(error.status).startsWith('4')) throw error;
      if (!told) log('warn', `${error.message}; version 1 is asked until version 2 answers again`);
      told = true;
      // Why the service itself is down is what somebody must look at.
      return older(input, { ...call, deadline: left }).catch((other) => {
        throw isTipstreamError(other, 'ABORTED') ? other : error;
      });
    }
  };
}
