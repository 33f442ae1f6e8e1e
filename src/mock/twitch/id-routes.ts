import { twitchAuth } from '../../twitch/auth-endpoints.ts';
import { type Answer, json } from '../answer.ts';
import type { ServiceRoute } from '../service.ts';
import { anybody, type Desk } from './desk.ts';
import { idRefusal } from './refusal.ts';
import type { MockToken } from './state.ts';

/** The fields of a form, or of a query as some send it. */
const fieldsOf = (body: unknown, { searchParams }: URL): Readonly<Record<string, unknown>> => ({
  ...Object.fromEntries(searchParams),
  ...(typeof body === 'object' ? body : {}),
});

/** The routes of id.twitch.tv. */
export function idRoutes(desk: Desk): ServiceRoute[] {
  const { state, switches, strict } = desk;
  const lifeOf = ({ expiresAt }: MockToken): number => Math.round((expiresAt - state.clock.now()) / 1000);

  const ofApp = (): Answer => {
    const token = state.issue();
    return json(200, { access_token: token.accessToken, expires_in: lifeOf(token), token_type: 'bearer' });
  };
  const ofUser = (refreshToken: unknown): Answer => {
    const old = [...state.tokens.values()].find((token) => token.refreshToken === refreshToken && refreshToken);
    const user = old?.userId && state.users.get(old.userId);
    if (!old || !user) return idRefusal(400, 'Invalid refresh token');
    const token = state.issue({ login: user.login, scopes: old.scopes, clientId: old.clientId });
    if (switches.rotates) old.refreshToken = undefined;
    else token.refreshToken = old.refreshToken;
    return json(200, {
      access_token: token.accessToken,
      expires_in: lifeOf(token),
      refresh_token: token.refreshToken,
      scope: token.scopes,
      token_type: 'bearer',
    });
  };
  const path = (endpoint: { path: string }): string => `/oauth2${endpoint.path}`;
  const instead = (at: string): Answer | undefined => {
    const place = desk.instead.findIndex((one) => at.endsWith(one.path));
    return place < 0 ? undefined : desk.instead.splice(place, 1)[0]?.answer;
  };
  return [
    {
      method: 'POST',
      path: path(twitchAuth.endpoints.appToken),
      async answer({ url, body }) {
        const other = instead(url.pathname);
        if (other) return other;
        const fields = fieldsOf(await body(), url);
        if (fields.client_id !== state.clientId && strict) return idRefusal(400, 'invalid client');
        // An app without a server renews without a secret.
        const needed = fields.grant_type === 'client_credentials' || fields.client_secret !== undefined;
        if (strict && needed && fields.client_secret !== state.clientSecret)
          return idRefusal(403, 'invalid client secret');
        if (fields.grant_type === 'refresh_token') return ofUser(fields.refresh_token);
        return fields.grant_type === 'client_credentials' ? ofApp() : idRefusal(400, 'Invalid grant type');
      },
    },
    {
      method: 'GET',
      path: path(twitchAuth.endpoints.validate),
      answer({ request, url }) {
        const other = instead(url.pathname);
        if (other) return other;
        const [, accessToken] = /^OAuth (.+)$/.exec(request.headers.get('authorization') ?? '') ?? [];
        if (accessToken === undefined) return idRefusal(401, 'missing authorization token');
        const token = state.find(accessToken) ?? (strict ? undefined : anybody(accessToken, state.clientId, desk));
        if (!token) return idRefusal(401, 'invalid access token');
        const user = token.userId === undefined ? undefined : state.users.get(token.userId);
        return json(200, {
          client_id: token.clientId,
          ...(user && { login: user.login, user_id: user.id }),
          scopes: token.scopes,
          expires_in: lifeOf(token),
        });
      },
    },
  ];
}
