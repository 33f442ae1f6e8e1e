import { defined } from '../core/defined.ts';
import { type Endpoint, isEndpoint, type Platform } from '../core/endpoint.ts';
import { read } from '../core/reader.ts';
import { isWire } from '../stream/tip-wire.ts';
import { wire } from './manner.ts';

/** What an app may have otherwise. */
export interface Tuning {
  /** The names of the page parameters on the wire (TP-34). */
  paging?: { page?: string | undefined; limit?: string | undefined } | undefined;
  /** Whether payments carry a key, and may so be sent again (TP-17). */
  idempotency: boolean;
  warn(text: string): void;
  /** Hears every text that must not be seen. */
  secret(text: string): void;
}

const uuid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Every text of a value, and every number that is as long as that of a card or document. */
const texts = (value: unknown): string[] =>
  typeof value === 'string' || Number(value) > 1e7
    ? [String(value)]
    : Object.values(isWire(value) || Array.isArray(value) ? value : {}).flatMap(texts);

/** A platform whose endpoints do what an app chose, warn of odd ids and hide what people hand in. */
export function tuned<Endpoints extends object>(
  platform: Platform<Endpoints>,
  { paging = {}, idempotency, warn, secret }: Tuning,
): Platform<Endpoints> {
  const warned = new Set<string>();

  const checked = (endpoint: Endpoint): Endpoint['params'] => {
    const { params } = endpoint;
    return (
      params &&
      ((input: unknown) => {
        const found = read(params, input);
        for (const [name, value] of Object.entries(isWire(found) ? found : {})) {
          if (uuid.test(String(value)) || warned.has(name)) continue;
          warned.add(name);
          warn(`${endpoint.name}: ${name} has not the form of a UUID; it is sent as it is`);
        }
        return found;
      })
    );
  };
  /** Documents and cards: whatever is handed in and is no field that is known. */
  const hidden = ({ name, body }: Endpoint): Endpoint['body'] =>
    body && (name === 'kyc.submit' || name === 'wallet.buy')
      ? (input: unknown) => {
          const found = read(body, input);
          const entries = found instanceof FormData ? [...found] : Object.entries(isWire(found) ? found : {});
          for (const [key, value] of entries)
            if (!Object.hasOwn(wire, key) || typeof value === 'object') texts(value).forEach(secret);
          return found;
        }
      : body;

  const tune = (tree: object): object =>
    Object.fromEntries(
      Object.entries(tree).map(([key, value]: [string, object]) => [
        key,
        isEndpoint(value)
          ? {
              ...value,
              params: checked(value),
              body: hidden(value),
              wire: value.query ? { ...value.wire, ...defined(paging) } : value.wire,
              // `false`: not with a key of the caller's either.
              idempotent: idempotency || value.method === 'GET' ? value.idempotent : false,
            }
          : tune(value),
      ]),
    );
  return { ...platform, endpoints: tune(platform.endpoints) as Endpoints };
}
