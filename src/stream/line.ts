import { isTipstreamError, type TipstreamError } from '../core/errors.ts';
import type { Clock, Stop } from '../core/time.ts';
import { abnormal, type Loss, largestFrame, type OpenWire, type Wire } from './wire.ts';

/** One connection, as the platform that talks over it sees it. */
export interface Line {
  /** Aborted when this connection is gone. */
  readonly signal: AbortSignal;
  /** It takes the place of one that still works, at an address that the upstream gave. */
  readonly handedOver: boolean;
  /** Sends a frame; one that cannot be sent any more is dropped. */
  send(text: string): void;
  /** The upstream greeted: the time limit of connecting ends. */
  connected(): void;
  /** Events flow from here on. */
  live(): void;
  /** Connected, and nothing is subscribed yet. */
  unsubscribed(reason: string, retryAt?: number): void;
  /**
   * Without any frame for so long, in milliseconds, the connection counts as dead.
   *
   * @param underWay - How long a frame may be on its way: a gap begins so much before the last one. @default 0
   */
  silent(ms: number, underWay?: number): void;
  /** Sends a frame again and again, `every` so many milliseconds. */
  beat(every: number, text: () => string): void;
  /** Opens the address that the upstream gave; this connection is read until that one is live. */
  handOver(url: string): void;
  /** Gives this connection up; another one is made after a while. */
  drop(error?: TipstreamError): void;
  /** Ends the stream, with an error for good. */
  end(error?: TipstreamError): void;
}

/** What a platform does on one connection. */
export interface Talk {
  /** The socket is open. */
  opened?(): void;
  /** One frame. */
  heard(text: string): void;
}

/** What a line tells the source that it belongs to. */
export interface LineOwner {
  clock: Clock;
  handedOver: boolean;
  /** How long until the upstream greets, in milliseconds. */
  timeout: number;
  talk(line: Line): Talk;
  live(): void;
  unsubscribed(reason: string, retryAt?: number): void;
  handOver(url: string): void;
  end(error?: TipstreamError): void;
  /** Called once, unless `retire` was: the connection is gone. */
  lost(loss: LineLoss): void;
}

/** How a connection was lost. */
export interface LineLoss extends Loss {
  /** Whether it was ever open. */
  opened: boolean;
  /** From when on something may be missing, Unix time in milliseconds. */
  from: number;
  /** Why the platform gave it up. */
  error?: TipstreamError | undefined;
}

/** A connection on its way, or made. */
export interface OpenLine {
  readonly signal: AbortSignal;
  /** When the last frame came, Unix time in milliseconds. */
  readonly lastSign: number;
  send(text: string): boolean;
  /** Lets go of it; nothing is told of it any more. With `linger` what is still under way is read first. */
  retire(linger?: boolean): void;
}

/** How long a goodbye may take, in milliseconds: nothing of ours keeps a process alive. */
const goodbye = 500;

/** Opens a connection and watches over it. */
export function openLine(open: OpenWire, url: string, protocols: readonly string[], owner: LineOwner): OpenLine {
  const { clock } = owner;
  const controller = new AbortController();
  const stops: Stop[] = [];
  let wire: Wire | undefined;
  let opened = false;
  let over = false;
  let lingering = false;
  let lastSign = clock.now();
  let limit = Number.POSITIVE_INFINITY;
  let underWay = 0;
  let farewell: Stop | undefined;

  const finish = (): void => {
    over = true;
    for (const stop of stops.splice(0)) stop();
    controller.abort();
  };
  const lose = (loss: Loss, error?: TipstreamError): void => {
    farewell?.();
    if (over) return;
    finish();
    // After a goodbye nothing was under way.
    owner.lost({ ...loss, opened, error, from: (loss.clean ? clock.now() : lastSign) - underWay });
  };
  const dead = (reason: string, error?: TipstreamError): void => {
    if (over) return;
    lose({ code: abnormal, reason, clean: false }, error);
    wire?.drop();
  };
  const leave = (): void => {
    lingering = false;
    try {
      wire?.close(1000);
    } catch {}
    farewell = clock.after(goodbye, () => wire?.drop());
  };
  const safely = (run: () => void): void => {
    if (over && !lingering) return;
    try {
      run();
    } catch (cause) {
      const error = isTipstreamError(cause) ? cause : undefined;
      dead(cause instanceof Error ? cause.message : 'what it sent could not be handled', error);
    }
  };
  const send = (text: string): boolean => {
    if (over || !opened) return false;
    try {
      wire?.send(text);
      return true;
    } catch {
      // It is closing already, and says so next.
      return false;
    }
  };

  let unlimit = clock.after(owner.timeout, () => dead(`no greeting in ${owner.timeout / 1000} s`));
  stops.push(() => unlimit());
  /** One timer for all frames: it looks when it fires how long it has been quiet. */
  const watch = (): void => {
    const now = clock.now();
    // The clock was set back: how long it has been quiet is not known, and may be the limit.
    if (lastSign > now) lastSign = now - limit;
    const left = lastSign + limit - now;
    if (left <= 0) return dead(`not a word in ${limit / 1000} s`);
    unlimit = clock.after(left, watch);
  };

  const line: Line = {
    signal: controller.signal,
    handedOver: owner.handedOver,
    send,
    connected() {
      if (limit === Number.POSITIVE_INFINITY) unlimit();
    },
    live() {
      line.connected();
      if (!over) owner.live();
    },
    unsubscribed(reason, retryAt) {
      if (!over) owner.unsubscribed(reason, retryAt);
    },
    silent(ms, delay = 0) {
      limit = ms;
      underWay = delay;
      unlimit();
      if (!over) watch();
    },
    beat(every, text) {
      let stop: Stop;
      const next = (): void => {
        stop = clock.after(every, () => {
          send(text());
          next();
        });
      };
      next();
      stops.push(() => stop());
    },
    handOver(address) {
      if (!over) owner.handOver(address);
    },
    drop(error) {
      if (over) return;
      lose({ code: abnormal, reason: 'given up', clean: false }, error);
      leave();
    },
    end(error) {
      if (!over) owner.end(error);
    },
  };
  const talk = owner.talk(line);
  try {
    wire = open(url, protocols, {
      opened: () =>
        safely(() => {
          opened = true;
          lastSign = clock.now();
          talk.opened?.();
        }),
      heard: (text) =>
        safely(() => {
          lastSign = clock.now();
          if (text.length > largestFrame) return dead('a frame larger than 10 MiB');
          talk.heard(text);
        }),
      lost: lose,
    });
  } catch (cause) {
    dead(cause instanceof Error ? cause.message : 'no socket can be made');
  }

  return {
    signal: controller.signal,
    get lastSign() {
      return lastSign - underWay;
    },
    send,
    retire(linger = false) {
      if (over && !lingering) return;
      farewell?.();
      finish();
      lingering = linger;
      if (linger) farewell = clock.after(goodbye, leave);
      else leave();
    },
  };
}
