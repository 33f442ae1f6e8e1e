import type { TipstreamError } from '../core/errors.ts';
import { seconds } from '../core/time.ts';
import type { Line, Talk, Verdict } from '../stream/socket.ts';
import { type Invalid, invalid } from '../stream/tip-wire.ts';
import { isTopic, listed } from './eventsub-calls.ts';
import { readFrame } from './eventsub-frame.ts';
import { elsewhereLetter, revokedLetter, spokeLetter } from './eventsub-letters.ts';
import { openSession, type Session, type SessionParts } from './eventsub-session.ts';
import type { TwitchEvent } from './schemas/events.ts';

/** What the talk of a source needs of the world. */
export interface TalkParts extends Omit<SessionParts, 'past'> {
  /** The address that was configured: a hand-over may lead there, too. */
  address: string;
  deliver(event: TwitchEvent, id: string): void;
  invalid(report: Invalid): void;
}

/** How a source talks over its connections, one after the other. */
export interface Talking {
  talk(line: Line): Talk;
  /** What the close codes of EventSub mean. After any that is no hand-over every subscription is gone, and nothing comes again. */
  closed(code: number): Verdict | undefined;
  /** Something more is wanted. */
  more(): void;
}

/** So long may pass between two frames where a welcome does not say, in milliseconds. */
const usualKeepalive = seconds(10);
/** Twitch sends a keepalive when that time is over, and a network takes some more. */
const patience = 1.2;
/** A message may be on its way for so long, in milliseconds: what was sent before the last frame came may be missing, too. */
const underWay = seconds(1);
/** What is older was sent a second time by somebody else. In seconds, of the upstream's clock. */
const oldest = 600;
/** Sessions that are remembered after they are gone. */
const mostPast = 8;

/** Whether a hand-over may lead there: to Twitch's own hosts, or to the configured one. */
export function mayFollow(url: string, address: string): boolean {
  try {
    const { protocol, hostname, host, username, password } = new URL(url);
    // Where it is followed it goes out as it stands.
    if (username || password || !url.startsWith(`${protocol}//`)) return false;
    if (host === new URL(address).host) return protocol === new URL(address).protocol;
    return protocol === 'wss:' && /(^|\.)eventsub\.wss\.twitch\.tv$/.test(hostname);
  } catch {
    return false;
  }
}

export function createTalking(parts: TalkParts): Talking {
  const past: string[] = [];
  let session: Session | undefined;
  /** The upstream's clock, as its frames tell it, in seconds. Ours may be wrong by any time. */
  let now: number | undefined;

  const welcome = (line: Line, id: string, keepalive = usualKeepalive): void => {
    line.connected();
    line.silent(keepalive * patience, underWay);
    // Greeted twice.
    if (session?.line === line) return;
    if (line.handedOver && session) return session.moved(line, id);
    if (session) {
      past.push(session.id);
      if (past.length > mostPast) past.shift();
      // Where a hand-over failed the old one is still read. Subscribed on both, every event would come twice, under two ids.
      session.line.drop();
    }
    session = openSession({ ...parts, past }, line, id, session?.owed);
    session.settle();
  };

  const revoked = (said: unknown): void => {
    const subscription = listed(said);
    const topic = [...parts.wanted()].find((one) => isTopic(subscription, one));
    const error: TipstreamError = revokedLetter(subscription.type, subscription.status);
    if (topic && session) session.lose(topic, error);
    else parts.report(error);
  };

  return {
    more: () => session?.settle(),
    closed(code) {
      if (code === 4001) return spokeLetter();
      if (code !== 4003) return code >= 4000 ? 'reconnect' : undefined;
      session?.unused();
      // Nothing was subscribed to in time, mostly because a connection that broke still counts: soon again would be the same again.
      return 'slow';
    },
    talk: (line) => ({
      heard(text) {
        const frame = readFrame(text);
        if ('invalid' in frame) return parts.invalid(frame);
        if (frame.kind === 'other') return;
        const { at } = frame;
        switch (frame.kind) {
          case 'notification':
            if (at !== undefined && now !== undefined && now - at > oldest)
              return parts.invalid(invalid('older than ten minutes', 'metadata.message_timestamp'));
            // A time that is far ahead is a mistake: everything after it would count as old.
            if (at !== undefined && (now === undefined || (at > now && at - now <= oldest))) now = at;
            return parts.deliver(frame.event, frame.id);
          case 'welcome':
            now = at;
            return welcome(line, frame.session, frame.keepalive);
          case 'keepalive':
            // They come every ten minutes at least.
            if (at === undefined || now === undefined || at - now <= 2 * oldest) now = at;
            return;
          case 'reconnect':
            if (mayFollow(frame.url, parts.address)) return line.handOver(frame.url);
            return line.drop(elsewhereLetter());
          case 'revocation':
            return revoked(frame.subscription);
        }
      },
    }),
  };
}
