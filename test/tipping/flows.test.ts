import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { json } from '../../src/mock/answer.ts';
import { hostStream, joinStream } from '../../src/tipping/index.ts';
import { joinInfo } from '../../src/tipping/join-info.ts';
import { as, platform } from './client.ts';

const turn = { urls: ['turn:turn.tips.test:3478'], username: 'viewer', credential: 'not-a-secret-turn' };

describe('what a join says', () => {
  test.each([
    ['as documented', { token: 't', sfu: { signaling_url: 'wss://s', ice_servers: [turn] } }],
    [
      'viewer_token and sfu_config',
      { viewer_token: 't', sfu_config: { signalling_url: 'wss://s', iceServers: [turn] } },
    ],
    ['camelCase at the top', { viewerToken: 't', url: 'wss://s', iceServers: [turn] }],
    ['webrtc', { access_token: 't', webrtc: { server_url: 'wss://s', turn_servers: [turn] } }],
    ['config', { config: { token: 't', ws_url: 'wss://s', turnServers: turn } }],
    ['in data', { data: { token: 't', sfu_url: 'wss://s', ice_servers: [turn] } }],
  ])('TP-27 is read in any of its words: %s', (_, raw) => {
    expect(joinInfo(raw)).toEqual({ token: 't', sfu: { signaling_url: 'wss://s', ice_servers: [turn] }, raw });
  });

  test('TP-27 keeps the answer as it came, and servers of any form', () => {
    const raw = {
      token: 't',
      sfu: { ice_servers: ['stun:a', { url: 'stun:b' }, { urls: [] }, 5, null, { urls: ['stun:c', 7] }] },
    };
    expect(joinInfo(raw)).toMatchObject({
      sfu: { ice_servers: [{ urls: 'stun:a' }, { urls: 'stun:b' }, { urls: ['stun:c'] }] },
    });
    expect(joinInfo(raw).raw).toBe(raw);
  });

  test('TP-27 never throws for anything that is no stream, and gives only texts', () => {
    fc.assert(
      fc.property(fc.anything({ maxDepth: 4 }), (value) => {
        const info = joinInfo({ token: value, sfu: value, ice_servers: value, url: value, websocket_url: value });
        expect(typeof (info.token ?? '')).toBe('string');
        expect(Array.isArray(info.sfu.ice_servers)).toBe(true);
        joinInfo(value === Object(value) && 'stream' in Object(value) ? {} : value);
      }),
    );
  });
});

describe('hosting and watching', () => {
  test.each(['plain', 'camel', 'nested', 'bare'] as const)(
    'TP-26 a viewer gets an RTCConfiguration and a token: %s',
    async (joins) => {
      const host = await platform();
      host.controls.switches.joins = joins;
      const ada = await as('ada', host);
      const joined = await joinStream(ada, host.controls.streamId);
      expect(joined.stream).toMatchObject({ id: host.controls.streamId, status: 'live' });
      if (joins === 'bare') return expect(joined.configuration).toEqual({ iceServers: [] });
      expect(joined).toMatchObject({
        configuration: { iceServers: [{ urls: 'stun:stun.tips.test:3478' }, turn] },
        token: `not-a-secret-viewer-${host.controls.streamId}`,
        signalingUrl: 'wss://sfu.tips.test',
      });
    },
  );

  test('TP-26 a host gets one for a stream that is live', async () => {
    const host = await platform();
    const mira = await as('mira', host);
    const hosted = await hostStream(mira, { title: 'Songs', tags: ['music'] });
    expect(hosted).toMatchObject({
      stream: { title: 'Songs', status: 'live' },
      configuration: { iceServers: [expect.anything(), turn] },
      token: `not-a-secret-host-${hosted.stream.id}`,
      signalingUrl: 'wss://sfu.tips.test',
    });
    expect(
      host.arrivals.slice(-2).map(({ method, path }) => `${method} ${path.replace(hosted.stream.id, 'id')}`),
    ).toEqual(['POST /v1/streams', 'POST /v1/streams/id/start']);
  });

  test('TP-26 takes what the media server needs from the first answer where the second has none', async () => {
    const host = await platform();
    const mira = await as('mira', host);
    const stream = { id: 's', host_id: 'h', title: 'Songs', status: 'created' };
    host.instead = ({ path }) =>
      path.endsWith('/start')
        ? json(200, { ...stream, status: 'live' })
        : json(201, { stream, token: 't', sfu: { url: 'wss://s', ice_servers: [turn] } });
    expect(await hostStream(mira, { title: 'Songs' })).toMatchObject({
      token: 't',
      signalingUrl: 'wss://s',
      configuration: { iceServers: [turn] },
      stream: { status: 'live' },
    });
  });

  test('TP-26 a stream that cannot be started does not stay behind', async () => {
    const host = await platform();
    const mira = await as('mira', host);
    host.instead = ({ path }) => (path.endsWith('/start') ? json(500, { error: 'X_Y', message: 'no' }) : undefined);
    await expect(hostStream(mira, { title: 'Songs' })).rejects.toMatchObject({ code: 'SERVER' });
    expect(host.arrivals.at(-1)?.method).toBe('DELETE');
    expect([...host.controls.state.streams.values()].at(-1)).toMatchObject({ title: 'Songs', status: 'ended' });
  });

  test('a stream that is not live, or not there, says so', async () => {
    const host = await platform();
    const ada = await as('ada', host);
    const [, ended] = [...host.controls.state.streams.keys()];
    await expect(joinStream(ada, ended ?? '')).rejects.toMatchObject({ code: 'VALIDATION', status: 409 });
    await expect(joinStream(ada, 'nowhere')).rejects.toMatchObject({
      code: 'NOT_FOUND',
      problem: { code: 'STREAM_NOT_FOUND' },
    });
  });
});
