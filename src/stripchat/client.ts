import type { Credential } from '../core/auth.ts';
import type { ClientOptions } from '../core/options.ts';
import { seconds } from '../core/time.ts';
import { missing, openContract } from '../stream/contract.ts';
import type { SourceSettings } from '../stream/poll-options.ts';
import { type TipClient, tipClient } from '../stream/tip-client.ts';
import { stripchat } from './endpoints.ts';
import { eventId, eventTime, mask, readTip } from './normalize.ts';
import type { StripchatEvent } from './schemas.ts';

/** What `createStripchat` takes. */
export interface StripchatOptions extends ClientOptions, SourceSettings {
  /** The bearer token, or a function that looks it up for every request. */
  token: Credential;
  /**
   * The whole address to ask.
   * @default 'https://api.stripchat.com/v1/events'
   */
  eventsUrl?: string | undefined;
  /**
   * Whose room the token is for: the `channel` of the tips, and part of the checkpoint's key. Give it where several accounts
   * keep their places in one store.
   * @default not known
   */
  broadcaster?: string | undefined;
}

/** Stripchat: tips and events, polled or fed by a relay. */
export interface Stripchat extends TipClient<StripchatEvent> {}

/**
 * A client of Stripchat. Sends nothing until a stream is watched; asks every 5 s by default.
 *
 * @throws TipstreamError `CONFIG`
 *
 * @example
 * ```ts
 * import { createStripchat } from 'tipstream/stripchat';
 * const stripchat = createStripchat({ token: 'not-a-secret-token' });
 * const tips = stripchat.push();
 * tips.subscribe((tip) => console.log(tip.tipper, tip.amount)); // lin 50
 * await tips.feed({ type: 'tip', amount: 50, user: { username: 'lin' } });
 * await stripchat.close();
 * ```
 */
export function createStripchat(options: StripchatOptions): Stripchat {
  const { token: credential, eventsUrl, broadcaster } = options ?? {};
  const { name, endpoints } = stripchat;
  if (!credential) throw missing(name, { token: credential });
  const contract = openContract(
    {
      platform: stripchat,
      endpoint: endpoints.events,
      input: {},
      credential,
      broadcaster,
      eventsUrl,
      headers: { 'content-type': 'application/json' },
    },
    options,
  );
  return tipClient({
    ...contract,
    platform: name,
    channel: broadcaster,
    dialect: 'contract',
    drains: true,
    interval: seconds(5),
    settings: options,
    readTip,
    eventId,
    eventTime,
    mask,
  });
}
