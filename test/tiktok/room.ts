import { onTestFinished } from 'vitest';
import { createMockServer, type MockServerOptions } from '../../src/mock/index.ts';
import { createTikTok, type TikTokOptions } from '../../src/tiktok/index.ts';
import { testClock } from '../support/clock.ts';

/** A service with a room that is connected and says nothing by itself, and a client of it. Time stands still. */
export async function room(options: TikTokOptions = {}, mock: MockServerOptions = {}) {
  const clock = testClock();
  const server = await createMockServer({ port: 0, platforms: ['tiktok'], clock, ...mock });
  onTestFinished(server.close);
  const service = server.tiktok;
  service.switches.script = false;
  const session = 'session-123';
  const tiktok = createTikTok({
    baseUrl: `${server.url}/tiktok`,
    apiKey: service.apiKey,
    logger: false,
    clock,
    random: () => 0.5,
    ...options,
  });
  onTestFinished(tiktok.close);
  service.state.sessions.set(session, {
    session_id: session,
    username: 'mira',
    connected_at: service.state.now(),
    connected: true,
    comment_count: 0,
  });
  const asked = (path: string): number => server.requests.filter((request) => request.path.includes(path)).length;
  return { clock, server, service, session, tiktok, asked };
}
