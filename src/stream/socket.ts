import { loadSocket } from '#socket';
import { checkAddress } from '../core/address.ts';
import type { Connection } from '../core/connection.ts';
import { isTipstreamError, TipstreamError } from '../core/errors.ts';
import type { Stop } from '../core/time.ts';
import { createCarrier } from './carry.ts';
import { createHub, type Hub } from './hub.ts';
import { type Line, type LineLoss, type OpenLine, openLine, type Talk } from './line.ts';
import { createLog } from './log.ts';
import { errorOfLoss, judge, type SocketFailure, type Verdict } from './loss.ts';
import type { Received } from './pages.ts';
import { fresh, reconnectWait, steadyAfter } from './reconnect.ts';
import { standardWire } from './standard-wire.ts';
import { toldTalk } from './told-talk.ts';

export type { Line, Talk } from './line.ts';
export type { Verdict } from './loss.ts';

/** What a platform says over a socket, and where. */
export interface SocketPlan {
  platform: string;
  channel?: string | undefined;
  dialect?: string | undefined;
  /** Whose clock, time limit, logger, redaction and sockets are used, and with which the source closes. */
  connection: Connection;
  /** The address, asked for at every connection, so that a token in it is fresh. */
  url(signal: AbortSignal): string | Promise<string>;
  protocols?: readonly string[] | undefined;
  /** Called for every connection. */
  talk(line: Line): Talk;
  /** What a close code of an open connection means, where it is not as most upstreams mean it. */
  closed?: ((code: number, reason: string) => Verdict | undefined) | undefined;
  /** Asks over HTTP whether the credential is good, after a connection that never opened: a page cannot tell a refusal from a lost network. */
  probe?: (() => Promise<unknown>) | undefined;
  /** An upgrade refused with 401 or 403 is believed; only one whose status the runtime keeps to itself is asked about. */
  believes?: boolean | undefined;
  /** Fetches what was missed, times in Unix milliseconds, and delivers it. `true`: nothing is missing. */
  missed?: ((from: number, to: number, signal: AbortSignal) => Promise<boolean>) | undefined;
  /** So many ids at least are remembered, and at most twice as many. @default 4000 */
  remembers?: number | undefined;
}

/** A source that is fed by a socket while somebody watches. */
export interface SocketSource<E> extends Hub<Received<E>> {
  /** Hands an event to the watchers; one with an id that came before is dropped. */
  deliver(event: E, id?: string): void;
  /** Sends a frame where there is a connection. */
  send(text: string): boolean;
  /** Reports an error that does not end the stream. */
  report(error: TipstreamError): void;
  /** Lets go of the client while nobody watches; whoever watches later holds it again. */
  release(): void;
}

/** Connects while somebody watches, and connects again whenever the connection is lost. */
export function createSocket<E>(plan: SocketPlan): SocketSource<E> {
  const { platform, connection, probe } = plan;
  const { options, redactor } = connection;
  const { clock, random } = options;
  const log = createLog(platform, clock, options.logger);
  /** What is read, and what is to take its place. */
  let current: OpenLine | undefined;
  let next: OpenLine | undefined;
  /** Its successor is live; what is still under way on it is read. */
  let leaving: OpenLine | undefined;
  let retry: Stop | undefined;
  let failures = 0;
  let liveSince = 0;
  /** Since when something may be missing. */
  let lostAt: number | undefined;

  const failure: SocketFailure = (code, text, fatal = false) =>
    new TipstreamError({ code, platform, fatal, message: redactor.text(`${platform} socket: ${text}`) });
  const errorOf = (cause: unknown, text: string): TipstreamError =>
    isTipstreamError(cause) ? cause : failure('SOCKET', `${text}: ${cause instanceof Error ? cause.message : cause}`);
  const report = (error: TipstreamError): void => {
    hub.emit('error', error);
    log(error.fatal ? 'error' : 'warn', error.message);
  };
  const end = (error?: TipstreamError): void => {
    if (error) report(error);
    hub.end(error);
  };

  const start = (): Stop => {
    const controller = new AbortController();
    forget();
    forget = hold();
    failures = 0;
    connect(controller.signal);
    return () => {
      // It may have frozen a while ago, which nobody noticed yet.
      lostAt ??= current?.lastSign;
      controller.abort();
      retry?.();
      for (const line of [leaving, current, next]) line?.retire();
      leaving = current = next = undefined;
      if (released) forget();
    };
  };
  const hub = createHub<Received<E>>({ ...plan, clock, patient: false, start });
  const hold = (): Stop => connection.onClose(() => hub.close());
  let forget = hold();
  let released = false;

  /** Makes a connection that takes the place of whatever there is. */
  const connect = (signal: AbortSignal, address?: string): void => {
    retry?.();
    next?.retire();
    next = undefined;
    if (!current) hub.status('connecting');
    make(signal, address).catch((cause) => {
      if (signal.aborted) return;
      const error = errorOf(cause, 'no connection can be made');
      if (error.fatal) end(error);
      else again(signal, error);
    });
  };

  const make = async (signal: AbortSignal, given: string | undefined): Promise<void> => {
    if (connection.closed) throw failure('SOCKET', 'the client is closed; make a new one', true);
    const url = given ?? (await plan.url(signal));
    const { allowInsecure, WebSocket: own, timeout } = options;
    checkAddress(platform, url.replace(/^ws/, 'http'), allowInsecure, connection.platform.strictHttps, 'the socket');
    const opener = own ? standardWire(own) : await loadSocket();
    if (signal.aborted || next) return;
    let mine: OpenLine | undefined;
    mine = next = openLine(opener, url, plan.protocols ?? [], {
      clock,
      timeout,
      handedOver: given !== undefined,
      talk: toldTalk(connection, platform, plan.talk),
      live() {
        if (mine === next) {
          // Nobody handed over: whether the old one still worked cannot be shown if it said nothing just now.
          if (given === undefined && current && clock.now() - current.lastSign > fresh) lostAt ??= current.lastSign;
          // What was sent before the hand-over may still be under way.
          leaving?.retire();
          current?.retire(given !== undefined);
          leaving = current;
          current = next;
          next = undefined;
          liveSince = clock.now();
          continued(signal);
        }
        hub.succeeded();
        hub.status('live');
      },
      unsubscribed: (reason, retryAt) => hub.status('unsubscribed', { reason, retryAt }),
      handOver(address) {
        // Not live yet, and still the one that is handed over.
        if (mine === next) {
          lostAt ??= current?.lastSign;
          current?.retire();
          current = next;
          next = undefined;
        }
        connect(signal, address);
      },
      end,
      lost(loss) {
        if (signal.aborted) return;
        if (mine && mine === current) {
          current = undefined;
          lostAt ??= loss.from;
          if (clock.now() - liveSince >= steadyAfter) failures = 0;
          // What takes its place is on its way already.
          if (!next) lost(signal, loss);
          return;
        }
        next = undefined;
        // An address that the upstream gave and that does not work is not asked again.
        if (given === undefined) lost(signal, loss);
        else again(signal, errorOfLoss(loss, failure));
      },
    });
    if (next?.signal.aborted) next = undefined;
  };

  /** Says what was missed, unless it can be fetched. */
  const continued = (signal: AbortSignal): void => {
    if (lostAt === undefined) return;
    const gap = { from: lostAt, to: clock.now(), reason: 'disconnected' };
    lostAt = undefined;
    if (!plan.missed) return hub.gap(gap);
    plan.missed(gap.from, gap.to, signal).then(
      (filled) => {
        if (!filled) hub.gap(gap);
      },
      (cause) => {
        if (!signal.aborted) report(errorOf(cause, 'what was missed could not be fetched'));
        hub.gap(gap);
      },
    );
  };

  /** Decides what follows on a connection that is gone. */
  const lost = (signal: AbortSignal, loss: LineLoss): void => {
    const given = loss.opened ? plan.closed?.(loss.code, loss.reason) : undefined;
    const doubts = probe !== undefined && !(plan.believes && loss.status);
    const { ends, error, slow, probe: asks } = judge(loss, given, doubts, failure);
    if (ends || !error) end(error);
    else again(signal, error, slow, asks ? probe : undefined);
  };

  /** Tries again after a while. */
  const again = (signal: AbortSignal, error: TipstreamError, slow?: boolean, ask?: SocketPlan['probe']): void => {
    report(error);
    // Whoever listens may have stopped it.
    if (signal.aborted) return;
    const wait = Math.max(error.retryAfterMs ?? 0, reconnectWait(failures, random, slow));
    failures += 1;
    if (!current) hub.status('waiting', { reason: error.message, retryAt: clock.now() + wait });
    retry?.();
    retry = clock.after(wait, () => {
      if (!ask) return connect(signal);
      ask().then(
        () => {
          if (!signal.aborted) connect(signal);
        },
        (cause) => {
          if (signal.aborted) return;
          const found = errorOf(cause, 'no answer');
          if (found.fatal || found.code === 'AUTH' || found.code === 'PERMISSION') end(found);
          else again(signal, found, slow, ask);
        },
      );
    });
  };

  return Object.assign(hub, {
    report,
    release() {
      released = true;
      if (hub.watchers === 0) forget();
    },
    send: (text: string) => current?.send(text) ?? false,
    deliver: createCarrier(hub, plan.remembers),
  });
}
