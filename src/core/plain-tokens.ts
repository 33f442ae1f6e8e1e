import { errorOf, race, signalOf } from './call.ts';
import type { MakeTokens } from './tokens.ts';

/** Looks a credential up for every request, and knows no way to renew it: what a platform with permanent keys needs. */
export const plainTokens: MakeTokens = (credential, _clock, redactor) => {
  if (typeof credential === 'string') {
    redactor.add(credential);
    return { get: async () => credential };
  }
  const look = typeof credential === 'function' ? credential : credential.get.bind(credential);
  return {
    async get(call) {
      try {
        const token = await race(call, Promise.resolve(look(signalOf(call))));
        redactor.add(token);
        return token;
      } catch (error) {
        throw call.failure ?? errorOf(call, 'AUTH', noCredential, { cause: redactor.error(error) });
      }
    },
  };
};

/** Whoever gives the credential failed. */
export const noCredential = 'no credential could be had; look at the function or provider that gives it';
