import { errorOf, limitCall, race, signalOf } from './call.ts';
import type { MakeTokens } from './tokens.ts';

/** Looks a credential up for every request, and knows no way to renew it: what a platform with permanent keys needs. */
export const plainTokens: MakeTokens = (credential, _clock, redactor, timeout) => {
  if (typeof credential === 'string') {
    redactor.add(credential);
    return { get: async () => credential };
  }
  const look = typeof credential === 'function' ? credential : credential.get.bind(credential);
  return {
    async get(call) {
      // The first look comes before an attempt and its time limit.
      const unlimit = limitCall(call, timeout, noCredential);
      try {
        const token = await race(call, Promise.resolve(look(signalOf(call))));
        redactor.add(tokenText(token));
        return token;
      } catch (error) {
        // A vault comes back: unlike a refusal this ends no stream.
        throw call.failure ?? errorOf(call, 'AUTH', noCredential, { cause: redactor.error(error), fatal: false });
      } finally {
        unlimit();
      }
    },
  };
};

/** Whoever writes JavaScript may give anything: `Bearer undefined` helps nobody, and half a letter cannot be part of an address. */
export function tokenText(token: unknown): string {
  if (typeof token === 'string' && encodeURIComponent(token) !== undefined) return token;
  throw new TypeError('it gave no text');
}

/** Whoever gives the credential failed. */
export const noCredential = 'no credential could be had; look at the function or provider that gives it';
