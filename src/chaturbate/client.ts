import type { Credential } from '../core/auth.ts';
import { configError } from '../core/errors.ts';
import type { ClientOptions } from '../core/options.ts';
import { seconds } from '../core/time.ts';
import { missing, openContract } from '../stream/contract.ts';
import type { SourceSettings } from '../stream/poll-options.ts';
import { type LongPollSettings, type TipClient, type TipsOptions, tipClient } from '../stream/tip-client.ts';
import { chaturbate } from './endpoints.ts';
import { openEventsApi } from './events-api.ts';
import { eventId, eventTime, mask, readTip } from './normalize.ts';
import type { ChaturbateContractEvent, ChaturbateEvent } from './schemas.ts';

/** What `createChaturbate` takes for the Events API. */
export interface ChaturbateOptions extends ClientOptions, SourceSettings, LongPollSettings {
  /** Whose events the token is for. */
  username: string;
  /** A token with the scope "Events API", or a function that looks it up for every request. */
  token: Credential;
  /**
   * Asks the testbed, where the tokens are play money.
   * @default false
   */
  testbed?: boolean | undefined;
  eventsUrl?: undefined;
  apiKey?: undefined;
  broadcaster?: undefined;
}

/** What `createChaturbate` takes for an endpoint of the contract. */
export interface ChaturbateContractOptions extends ClientOptions, SourceSettings {
  /** The whole address to ask; `{broadcaster}` in it is filled in. There is no default. */
  eventsUrl: string;
  /** The key for the header `X-Api-Key`, or a function that looks it up for every request. */
  apiKey: Credential;
  /**
   * Whose room it is. Give it where several accounts keep their places in one store.
   * @default not known
   */
  broadcaster?: string | undefined;
  username?: undefined;
  token?: undefined;
  testbed?: undefined;
  longPoll?: undefined;
}

/** What the streams of the Events API take. */
export interface ChaturbateTipsOptions extends TipsOptions, LongPollSettings {}

/** Chaturbate: tips and events, polled or fed by a relay. The type of the events depends on how it was made. */
export interface Chaturbate<Event = ChaturbateEvent | ChaturbateContractEvent>
  extends TipClient<Event, ChaturbateTipsOptions> {}

/** CB-19: a placeholder in documents, and nobody's. */
const placeholder = /^https?:\/\/([^/?#]*\.)?example\.(com|org|net)([:/?#]|$)/i;

/**
 * A client of Chaturbate: the Events API with `username` and `token`, or an endpoint of the contract with `eventsUrl` and
 * `apiKey`. Sends nothing until a stream is watched.
 *
 * @throws TipstreamError `CONFIG`
 *
 * @example
 * ```ts
 * import { createChaturbate } from 'tipstream/chaturbate';
 * const chaturbate = createChaturbate({ username: 'mira', token: 'not-a-secret-token' });
 * const tips = chaturbate.push();
 * tips.subscribe((tip) => console.log(tip.tipper, tip.amount)); // ada 25
 * await tips.feed({ method: 'tip', object: { tip: { tokens: 25 }, user: { username: 'ada' } } });
 * await chaturbate.close();
 * ```
 */
export function createChaturbate(options: ChaturbateOptions): Chaturbate<ChaturbateEvent>;
export function createChaturbate(options: ChaturbateContractOptions): Chaturbate<ChaturbateContractEvent>;
export function createChaturbate(options: ChaturbateOptions | ChaturbateContractOptions): Chaturbate;
export function createChaturbate(options: ChaturbateOptions | ChaturbateContractOptions): Chaturbate {
  const { username, token, eventsUrl, apiKey, broadcaster } = options ?? {};
  const { name, endpoints } = chaturbate;
  const rooms = { platform: name, interval: seconds(5), settings: options, readTip, eventId, eventTime, mask };
  const real = username !== undefined || token !== undefined;
  if (real === (eventsUrl !== undefined || apiKey !== undefined))
    throw configError(name, 'give username and token for the Events API, or eventsUrl and apiKey for the contract');
  if (username && token) {
    const api = openEventsApi({ ...options, username, token });
    return tipClient({ ...rooms, ...api, channel: username, dialect: 'events', drains: false });
  }
  if (!eventsUrl || !apiKey) throw missing(name, real ? { username, token } : { eventsUrl, apiKey });
  if (placeholder.test(eventsUrl)) throw configError(name, 'eventsUrl is the placeholder of a document; give your own');
  const contract = openContract(
    {
      platform: { ...chaturbate, advice: { AUTH: 'the API key was refused; look at apiKey' } },
      endpoint: { ...endpoints.contract, name: 'events' },
      input: {},
      credential: apiKey,
      broadcaster,
      eventsUrl,
      headers: { 'content-type': 'application/json' },
    },
    options,
  );
  return tipClient({ ...rooms, ...contract, channel: broadcaster, dialect: 'contract', drains: true });
}
