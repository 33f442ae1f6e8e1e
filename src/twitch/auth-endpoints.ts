import { get, platform, post } from '../core/endpoint.ts';
import { readTwitchProblem } from './problem.ts';
import { readAppTokenForm, readRefreshTokenForm, readToken, readValidation } from './shapes.ts';

const wire = {
  clientId: 'client_id',
  clientSecret: 'client_secret',
  grantType: 'grant_type',
  refreshToken: 'refresh_token',
};

/** What can be asked of id.twitch.tv. */
export const twitchAuth = platform({
  name: 'twitch',
  baseUrl: 'https://id.twitch.tv/oauth2',
  problem: readTwitchProblem,
  advice: { AUTH: 'the token was refused; renew the token' },
  renews: ({ problem }) => problem?.reason === undefined,
  endpoints: {
    /** A token of the app. Every one that was made stays good, so asking twice does no harm. */
    appToken: post('/token', {
      form: true,
      body: readAppTokenForm,
      wire,
      response: readToken,
      quiet: true,
      auth: false,
      idempotent: true,
    }),
    /** A new token of a user. The refresh token may be used up by it. */
    refreshToken: post('/token', {
      form: true,
      body: readRefreshTokenForm,
      wire,
      response: readToken,
      quiet: true,
      auth: false,
    }),
    /** Whose token it is, for which app, with which scopes, for how long. */
    validate: get('/validate', {
      response: readValidation,
      auth: { in: 'header', name: 'Authorization', prefix: 'OAuth ' },
    }),
  },
});
