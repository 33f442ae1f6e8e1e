#!/usr/bin/env node
import { isTipstreamError } from '../../core/errors.ts';
import { runUntilSignal } from '../node/run-until-signal.ts';
import { createJournal } from './journal.ts';
import { stamp } from './lines.ts';
import { createProxy } from './proxy.ts';
import { listen } from './server.ts';
import { settingsOf } from './settings.ts';

const help = `tipstream-twitch-proxy: three questions of Twitch's Helix behind one rate limit and a cache

  GET /healthz  /users  /chatters  /moderated-channels  /metrics

Its settings are environment variables:

  TWITCH_CLIENT_ID                the app that the tokens belong to       (needed)
  TWITCH_CLIENT_SECRET            its secret                              (needed)
  APP_PORT                        where to listen                         (8081)
  APP_HOST                        the address to listen on                (all)
  RATE_LIMIT_REQUESTS_PER_SECOND  requests to Twitch; twice as many burst (10)
  RATE_LIMIT_PER_TOKEN            true: each token has its own            (false)
  APP_TOKEN_FOR_USERS             true: /users needs no Authorization     (false)
  CORS_ORIGINS                    pages that may ask, with commas, or *   (none)
  CACHE_MEGABYTES                 what the cache may hold                 (256)
  TWITCH_API_URL, TWITCH_AUTH_URL where Helix and id.twitch.tv are
`;

async function run(): Promise<void> {
  if (process.argv.includes('--help')) return void process.stdout.write(help);
  const journal = createJournal(process.stdout);
  const settings = settingsOf(process.env);
  const logger = { info: journal.line, warn: journal.line, error: journal.line };
  const proxy = createProxy({ ...settings, logger });
  await runUntilSignal(async (signal) => {
    const server = await listen(proxy, settings);
    const { perSecond, burst } = proxy.rate;
    journal.line(
      `${stamp(Date.now())} twitch-api listening on :${server.port} (rate: ${perSecond} req/s, burst: ${burst})`,
    );
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    await server.close();
  });
  journal.flush();
}

run().catch((error: unknown) => {
  const { code, message } = Object(error);
  const said = code === 'EADDRINUSE' ? 'the port is taken; set APP_PORT to another' : message;
  process.stderr.write(
    `tipstream-twitch-proxy: ${said}\n${isTipstreamError(error) ? '\ntipstream-twitch-proxy --help says what there is.\n' : ''}`,
  );
  process.exitCode = 1;
});
