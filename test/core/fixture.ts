import * as z from 'zod/mini';
import { bearer, header, path, query } from '../../src/core/auth.ts';
import { del, get, patch, platform, post } from '../../src/core/endpoint.ts';
import type { Page } from '../../src/core/page.ts';
import { minutes } from '../../src/core/time.ts';

/** A word that must never be seen outside a request. */
export const canary = 'not-a-secret-token';

const text = z.object({ text: z.string() });

/** A platform that exists only here, with an endpoint of every kind. */
export const demo = platform({
  name: 'demo',
  auth: header('X-Api-Key'),
  rates: { slow: { limit: 1, per: minutes(1) } },
  advice: { AUTH: 'the token was refused; make a new one with the scope "Demo"' },
  verify: 'plain',
  endpoints: {
    /** Anything, without a limit. */
    plain: get('/plain', { response: (value) => value }),
    slow: get('/slow', { response: (value) => value, rate: 'slow' }),
    typed: get('/typed', { response: text }),
    word: get('/word', { response: (value) => String(value), text: true }),
    users: get('/users', {
      query: z.object({ ids: z.optional(z.array(z.string())), after: z.optional(z.string()) }),
      wire: { ids: 'id' },
      response: (value): Page<{ id: string }> => value as Page<{ id: string }>,
    }),
    room: get('/rooms/{room}/{token}/', {
      params: z.object({ room: z.string() }),
      auth: path('token'),
      response: (value) => value,
    }),
    asked: get('/asked', { auth: query('api_key'), response: (value) => value }),
    carried: get('/carried', { auth: bearer(), response: (value) => value }),
    open: get('/open', { auth: false, response: (value) => value }),
    idle: get('/idle', { accepts: (status) => (status === 400 ? true : undefined), response: (value) => value }),
    wallet: {
      send: post('/send', {
        body: z.object({ toUserId: z.string() }),
        wire: { toUserId: 'to_user_id' },
        response: (value) => value,
      }),
      safe: post('/safe', { idempotent: true, response: (value) => value }),
      keyed: post('/keyed', { idempotent: 'Idempotency-Key', response: (value) => value }),
      change: patch('/change', { response: (value) => value }),
      drop: del('/drop', { response: (value) => value }),
    },
  },
});
