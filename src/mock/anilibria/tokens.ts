import type { Answer } from '../answer.ts';
import { detail } from './failure.ts';

/** The token that opens the doors between the services. */
export const serviceToken = 'not-a-secret-service-token';

/** The tokens that were given out. */
export interface MockTokens {
  /** A new one. */
  issue(): string;
  expire(token: string): void;
  isGood(token: string): boolean;
  /** Why a request is turned away. */
  refusal(request: Request, needed: boolean): Answer | undefined;
}

const bearerOf = (request: Request): string | undefined =>
  /^Bearer (.+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];

export function createTokens(): MockTokens {
  const given = new Map<string, 'good' | 'expired'>();
  return {
    issue() {
      const token = `not-a-secret-jwt-${given.size + 1}`;
      given.set(token, 'good');
      return token;
    },
    expire: (token) => void given.set(token, 'expired'),
    isGood: (token) => given.get(token) === 'good',
    refusal(request, needed) {
      const token = bearerOf(request);
      if (token === undefined) return needed ? detail(403, 'Not authenticated') : undefined;
      const state = given.get(token);
      if (state === 'expired') return detail(401, 'Token expired', { 'www-authenticate': 'Bearer' });
      if (state === undefined && needed) return detail(401, 'Invalid token', { 'www-authenticate': 'Bearer' });
      return undefined;
    },
  };
}

/** Whether a request comes from one of the services. */
export const isService = (request: Request): boolean => bearerOf(request) === serviceToken;
