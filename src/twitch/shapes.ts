import { isWire, type Wire } from '../stream/tip-wire.ts';
import type {
  TwitchChatter,
  TwitchList,
  TwitchModeratedChannel,
  TwitchToken,
  TwitchUser,
  TwitchValidation,
} from './schemas.ts';

/** Whether a field is as it should be. */
type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string';
const number: Check = Number.isFinite;
const texts: Check = (value) => Array.isArray(value) && value.every(text);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const nullish =
  (check: Check): Check =>
  (value) =>
    value == null || check(value);

const word = optional(text);
const count = optional(number);

/** The fields that are looked at. What is not among them is kept as it is. */
type Fields = Readonly<Record<string, Check>>;

/** The place that is not as it should be; `undefined` where all is well. */
const wrongIn = (value: unknown, fields: Fields): string | undefined =>
  isWire(value) ? Object.keys(fields).find((name) => !fields[name]?.(value[name])) : 'value';

/** A reader of one thing; `at` is where it stands, with a dot behind. */
const shaped = <T>(fields: Fields): ((value: unknown, at?: string) => T) => {
  const fits = (value: unknown): value is T => !wrongIn(value, fields);
  return (value, at = '') => {
    if (fits(value)) return value;
    throw new TypeError(`${at}${wrongIn(value, fields)}: invalid_type`);
  };
};

/** A user. */
export const readUser = shaped<TwitchUser>({
  id: text,
  login: text,
  display_name: text,
  type: word,
  broadcaster_type: word,
  description: word,
  profile_image_url: word,
  offline_image_url: word,
  view_count: count,
  email: word,
  created_at: word,
});

/** Somebody who is in a chat. */
export const readChatter = shaped<TwitchChatter>({ user_id: text, user_login: text, user_name: text });

/** A channel that somebody moderates. */
export const readModeratedChannel = shaped<TwitchModeratedChannel>({
  broadcaster_id: text,
  broadcaster_login: text,
  broadcaster_name: text,
});

const readEnvelope = shaped<TwitchList<unknown>>({
  data: nullish(Array.isArray),
  pagination: nullish((page) => isWire(page) && nullish(text)(page.cursor)),
  total: count,
});

/** The envelope of a list of `item`. A list without an entry may be `null`. */
export const listOf =
  <T>(item: (value: unknown, at: string) => T) =>
  (value: unknown): TwitchList<T> => {
    const { data, ...said } = readEnvelope(value);
    return { ...said, data: data?.map((each, index) => item(each, `data.${index}.`)) };
  };

/** A token. */
export const readToken = shaped<TwitchToken>({ access_token: text, refresh_token: word, expires_in: count });

/** What is known of a token. */
export const readValidation = shaped<TwitchValidation>({
  client_id: text,
  login: word,
  user_id: word,
  scopes: nullish(texts),
  expires_in: count,
});

/** The form that asks for a token of the app, in our words. */
export const readAppTokenForm = shaped<Wire & { clientId: string; clientSecret: string; grantType: string }>({
  clientId: text,
  clientSecret: text,
  grantType: text,
});

/** The form that renews the token of a user, in our words. An app without a server has no secret. */
export const readRefreshTokenForm = shaped<
  Wire & { clientId: string; clientSecret?: string | undefined; grantType: string; refreshToken: string }
>({ clientId: text, clientSecret: word, grantType: text, refreshToken: text });
