import type { TippingStream } from '../../tipping/models.ts';
import { json } from '../answer.ts';
import { refusal } from './failure.ts';
import { type Desk, type Handler, isVerified, me, textIn, type Visitor } from './handler.ts';
import { pageOf } from './lists.ts';
import type { TippingSwitches } from './switches.ts';

const streamOf = ({ visit }: Visitor, { state }: Desk): TippingStream => {
  const stream = state.streams.get(visit.params.streamId ?? '');
  if (stream) return stream;
  throw refusal('STREAM_NOT_FOUND', { details: { stream_id: visit.params.streamId ?? '' } });
};

const ownStream = (visitor: Visitor, desk: Desk): TippingStream => {
  const stream = streamOf(visitor, desk);
  if (stream.host_id === me(visitor).user.id) return stream;
  throw refusal('PERMISSION_DENIED');
};

const turn = [
  { urls: 'stun:stun.tips.test:3478' },
  { urls: ['turn:turn.tips.test:3478'], username: 'viewer', credential: 'not-a-secret-turn' },
];

/** What a viewer or host needs, in each of the forms that platforms use. */
function mediaOf(joins: TippingSwitches['joins'], token: string, stream: TippingStream): Record<string, unknown> {
  const url = 'wss://sfu.tips.test';
  switch (joins) {
    case 'camel':
      return { viewerToken: token, url, iceServers: turn, stream };
    case 'nested':
      return { viewer_token: token, webrtc: { server_url: url, turnServers: turn } };
    case 'bare':
      return { stream };
    default:
      return { token, sfu: { signaling_url: url, ice_servers: turn }, stream };
  }
}

/** Streams, and whoever makes and watches them. */
export const streamRoutes: Readonly<Record<string, Handler>> = {
  'streams.list'({ visit }, { state, switches }) {
    const query = visit.url.searchParams;
    const wanted = query.get('status') ?? 'live';
    const found = [...state.streams.values()].filter(
      ({ status, category, tags = [] }) =>
        status === wanted &&
        (query.get('category') ?? category) === category &&
        query.getAll('tags').every((tag) => tags.includes(tag)),
    );
    return pageOf(found, query, 'streams', switches.lists);
  },
  'streams.create'(visitor, { state }) {
    const account = me(visitor);
    if (account.user.role === 'viewer') throw refusal('PERMISSION_DENIED');
    if (!isVerified(account)) throw refusal('KYC_REQUIRED');
    const { description = null, category = 'entertainment', tags = [] } = visitor.body;
    const id = state.makeId();
    const stream: TippingStream = {
      id,
      host_id: account.user.id,
      host_name: account.user.display_name,
      title: textIn(visitor, 'title'),
      description: typeof description === 'string' ? description : null,
      category: String(category),
      tags: Array.isArray(tags) ? tags.map(String) : [],
      status: 'created',
      viewer_count: 0,
      total_tokens_received: 0,
    };
    state.streams.set(id, stream);
    return json(201, stream);
  },
  'streams.get': (visitor, desk) => json(200, streamOf(visitor, desk)),
  'streams.update'(visitor, desk) {
    const { id, host_id, status, ...patch } = visitor.body;
    return json(200, Object.assign(ownStream(visitor, desk), patch));
  },
  'streams.end': (visitor, desk) => json(200, Object.assign(ownStream(visitor, desk), { status: 'ended' })),
  'streams.start'(visitor, desk) {
    const stream = ownStream(visitor, desk);
    Object.assign(stream, { status: 'live', started_at: desk.state.now() });
    return json(200, { ...mediaOf(desk.switches.joins, `not-a-secret-host-${stream.id}`, stream), stream });
  },
  'streams.join'(visitor, desk) {
    const stream = streamOf(visitor, desk);
    const { id, display_name } = me(visitor).user;
    if (stream.status !== 'live')
      throw refusal('VALIDATION_ERROR', { status: 409, code: 'STREAM_NOT_LIVE', message: 'This stream is not live' });
    const there = desk.state.viewers.get(stream.id) ?? [];
    desk.state.viewers.set(stream.id, there);
    if (!there.some(({ user_id }) => user_id === id)) there.push({ user_id: id, display_name });
    stream.viewer_count = there.length;
    desk.tell(stream.id, {
      type: 'viewer_joined',
      stream_id: stream.id,
      viewer: { user_id: id, display_name },
      timestamp: desk.state.now(),
    });
    return json(200, mediaOf(desk.switches.joins, `not-a-secret-viewer-${stream.id}`, stream));
  },
  'streams.viewers': (visitor, desk) =>
    pageOf(
      desk.state.viewers.get(streamOf(visitor, desk).id) ?? [],
      visitor.visit.url.searchParams,
      'viewers',
      desk.switches.lists,
    ),
  'streams.tips'(visitor, desk) {
    const { id } = streamOf(visitor, desk);
    const tips = desk.state.tips.filter(({ stream_id }) => stream_id === id);
    return pageOf(tips.reverse(), visitor.visit.url.searchParams, 'tips', desk.switches.lists);
  },
};
