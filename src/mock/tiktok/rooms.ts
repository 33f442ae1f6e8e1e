import { json } from '../answer.ts';
import { type Handler, textIn } from './handler.ts';
import { detail, invalid, limited } from './refusal.ts';

/** The sessions of the service. */
export const roomHandlers: Readonly<Record<string, Handler>> = {
  'live.connect'(visitor, desk) {
    const { state, switches, clock } = desk;
    const session_id = textIn(visitor, 'session_id');
    const username = textIn(visitor, 'username');
    if (!session_id) return invalid(switches.invalid, 'body', 'session_id');
    if (!username) return invalid(switches.invalid, 'body', 'username');
    const wait = (state.failedAt.get(username) ?? Number.NEGATIVE_INFINITY) + switches.cooldown - clock.now();
    if (wait > 0) return limited(wait / 1000);
    if (state.offline.has(username)) {
      state.failedAt.set(username, clock.now());
      const message = `Failed to connect to @${username}. User may not be live.`;
      return switches.notLive === 'status' ? json(200, { status: 'error', message, session_id }) : detail(500, message);
    }
    const { comment_count = 0 } = state.sessions.get(session_id) ?? {};
    state.sessions.set(session_id, { session_id, username, connected_at: state.now(), connected: true, comment_count });
    desk.changed(session_id);
    return json(200, { status: 'success', session_id, username, message: `Connected to @${username}` });
  },
  'live.disconnect'(visitor, desk) {
    const session_id = textIn(visitor, 'session_id');
    if (!session_id) return invalid(desk.switches.invalid, 'body', 'session_id');
    const session = desk.state.sessions.get(session_id);
    if (!session) return detail(404, 'Session not found');
    session.connected = false;
    desk.changed(session_id);
    return json(200, { status: 'success', session_id, message: 'Disconnected successfully' });
  },
  'live.sessions'(_, { state }) {
    const active_sessions = [...state.sessions.values()].map(({ connected, ...session }) => ({
      ...session,
      status: connected ? 'connected' : 'disconnected',
    }));
    return json(200, { active_sessions, total_active: active_sessions.length });
  },
  'live.cleanup'(_, { state }) {
    const gone = [...state.sessions.values()].filter(({ connected }) => !connected);
    for (const { session_id } of gone) state.sessions.delete(session_id);
    const { length } = gone;
    return json(200, {
      status: 'success',
      cleaned_sessions: length,
      message: `Cleaned up ${length} disconnected sessions`,
    });
  },
};
