import type { Credential } from '../core/auth.ts';
import type { ClientOptions } from '../core/options.ts';
import { seconds } from '../core/time.ts';
import { missing, openContract } from '../stream/contract.ts';
import type { SourceSettings } from '../stream/poll-options.ts';
import { type TipClient, tipClient } from '../stream/tip-client.ts';
import { camsoda } from './endpoints.ts';
import { eventId, eventTime, mask, readTip } from './normalize.ts';
import type { CamsodaEvent } from './schemas.ts';

/** What `createCamsoda` takes. */
export interface CamsodaOptions extends ClientOptions, SourceSettings {
  /** Whose room it is. */
  broadcaster: string;
  /** The API key, or a function that looks it up for every request. */
  apiKey: Credential;
  /**
   * The whole address to ask.
   * @default 'https://api.camsoda.com/external/events'
   */
  eventsUrl?: string | undefined;
}

/** Camsoda: tips and events, polled or fed by a relay. */
export interface Camsoda extends TipClient<CamsodaEvent> {}

/**
 * A client of Camsoda. Sends nothing until a stream is watched; asks every 10 s by default.
 *
 * @throws TipstreamError `CONFIG`
 *
 * @example
 * ```ts
 * import { createCamsoda } from 'tipstream/camsoda';
 * const camsoda = createCamsoda({ broadcaster: 'mira', apiKey: 'not-a-secret-key' });
 * const tips = camsoda.push();
 * tips.subscribe((tip) => console.log(tip.tipper, tip.amount)); // grace 25
 * await tips.feed({ type: 'tip', amount: 25, tipper: { username: 'grace' } });
 * await camsoda.close();
 * ```
 */
export function createCamsoda(options: CamsodaOptions): Camsoda {
  const { broadcaster, apiKey: credential, eventsUrl } = options ?? {};
  const { name, endpoints } = camsoda;
  if (!broadcaster || !credential) throw missing(name, { broadcaster, apiKey: credential });
  const contract = openContract(
    { platform: camsoda, endpoint: endpoints.events, input: { broadcaster }, credential, broadcaster, eventsUrl },
    options,
  );
  return tipClient({
    ...contract,
    platform: name,
    channel: broadcaster,
    dialect: 'contract',
    drains: true,
    interval: seconds(10),
    settings: options,
    readTip,
    eventId,
    eventTime,
    mask,
  });
}
