/**
 * The answers of `tipstream/mock` as handlers of msw, for your own tests: in Node, and in a page.
 *
 * @module tipstream/mock/msw
 */
import { type HttpHandler, HttpResponse, http } from 'msw/http';
import type { WebSocketHandler } from 'msw/ws';
import type { Answer } from './answer.ts';
import { platforms } from './cams.ts';
import { createMock } from './mock.ts';
import { socketHandlersOf } from './msw-sockets.ts';
import type { Mock, MockOptions } from './options.ts';

export type { Clock, Stop } from '../core/time.ts';
export type { Answer, Trouble } from './answer.ts';
export type * from './controls.ts';
export type { FailOptions } from './failures.ts';
export type { FaultMix, FaultPlan, FaultTurn } from './fault-plan.ts';
export type {
  Fault,
  Hint,
  PlainFault,
  RateLimitFault,
  RefuseFault,
  SlowFault,
  SocketFault,
  StatusFault,
} from './faults.ts';
export { createMock } from './mock.ts';
export type { InjectedTip, Mock, MockOptions, MockRequest, ServedRoute, ServedService, Where } from './options.ts';
export type { Dialect, Room, ScriptTip } from './platform.ts';
export type { Peer } from './service.ts';
export type { ServiceControls } from './services.ts';
export type { AcceptedUpgrade, RefusedUpgrade, Upgrade } from './upstreams.ts';
export type { RoomOptions, World } from './world.ts';

/** What the handlers answer. */
export interface HandlersOptions extends MockOptions {
  /** Your own mock, made by `createMock`, to make things happen in it. @default one with the other options */
  mock?: Mock | undefined;
  /** Where the upstreams are thought to be. @default their true origins, and port 5000 of this machine */
  origins?: readonly string[] | undefined;
}

/** Where upstreams are that are not at their true addresses. */
const local = ['http://127.0.0.1:5000', 'http://localhost:5000'];

/**
 * Handlers for `setupServer`, `setupWorker` or `getResponse`. What asks another origin, or a path that no upstream has,
 * is left alone.
 *
 * @throws `CONFIG` for an option that makes no sense
 * @example
 * ```ts
 * import { createMock, handlers } from 'tipstream/mock/msw';
 * const mock = createMock({ scenario: 'quiet' });
 * const all = handlers({ mock }); // setupServer(...all)
 * mock.tip('stripchat', { amount: 25 });
 * console.log(all.length);
 * ```
 */
export function handlers({ mock, origins, ...options }: HandlersOptions = {}): HttpHandler[] {
  const upstreams = mock ?? createMock(options);
  const here = origins ?? [...platforms.flatMap((platform) => platform.origins), ...local];
  const mine = ({ request }: { request: Request }): boolean => {
    const url = new URL(request.url);
    const atOrigin = origins === undefined && upstreams.serves(url.href);
    return atOrigin || (here.includes(url.origin) && upstreams.serves(url.pathname));
  };
  return [http.all(mine, async ({ request }) => respond(await upstreams.answer(request)))];
}

/**
 * Handlers for the sockets of the upstreams, for `setupServer` and `setupWorker` beside those of {@link handlers}. They hear
 * of sockets of the runtime's own `WebSocket` class: in Node give it to a client as its `WebSocket` option. Why a socket
 * is refused cannot be told this way: it closes with 1006.
 *
 * @throws `CONFIG` for an option that makes no sense
 * @example
 * ```ts
 * import { createMock, handlers, socketHandlers } from 'tipstream/mock/msw';
 * const mock = createMock();
 * const all = [...handlers({ mock }), ...socketHandlers({ mock })]; // setupServer(...all)
 * console.log(all.length);
 * ```
 */
export function socketHandlers({ mock, origins, ...options }: HandlersOptions = {}): WebSocketHandler[] {
  const upstreams = mock ?? createMock(options);
  const addresses = upstreams.services.flatMap((service) => [
    ...(origins ? [] : service.origins),
    ...(origins ?? local).map((origin) => origin + service.prefix),
  ]);
  return socketHandlersOf(upstreams, addresses);
}

/** An answer as a `Response` whose body counts as handed out when it was read to its end. */
function respond({ status, headers, body, trouble, handedOut }: Answer): Response {
  if (trouble?.kind === 'reset') {
    handedOut?.(false);
    return HttpResponse.error();
  }
  if (body === '') return new HttpResponse(null, { status, headers });
  const bytes = new TextEncoder().encode(body);
  const pieces = trouble === undefined ? 1 : trouble.kind === 'slow' ? 10 : 2;
  let piece = 0;
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        if (piece === pieces) {
          handedOut?.(true);
          return controller.close();
        }
        if (trouble?.kind === 'truncated' && piece === 1) return controller.error(new TypeError('terminated'));
        if (trouble?.kind === 'slow' && piece > 0)
          await new Promise((resolve) => setTimeout(resolve, (trouble.ms ?? 0) / (pieces - 1)));
        const [from, to] = [piece, piece + 1].map((n) => Math.floor((bytes.length * n) / pieces));
        piece += 1;
        controller.enqueue(bytes.slice(from, to));
      },
      cancel: () => handedOut?.(false),
    },
    { highWaterMark: 0 },
  );
  return new HttpResponse(stream, { status, headers: { ...headers, 'content-length': `${bytes.length}` } });
}
