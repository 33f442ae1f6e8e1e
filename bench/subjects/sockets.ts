/** From a frame of a socket to a TipEvent, beside whoever only parses it. */
import { EventEmitter } from 'eventemitter3';
import WebSocketOfWs, { type RawData } from 'ws';
import type { TipEvent } from '../../src/stream/tip-event.ts';
import { createTippingStreams } from '../../src/tipping/index.ts';
import { peer } from '../peers.ts';
import { compared, type Line, type Outcome } from '../report.ts';
import { serve } from '../serve.ts';
import { type Contender, type Run, takeTurns } from '../turns.ts';

const path = '/v1/streams/evening/events';

/** Asks for frames and waits until so many were heard. `open` resolves when the socket is open. */
const hearing = (open: (host: string, heard: (tokens: number) => void) => Promise<unknown>): Contender => ({
  async open(): Promise<Run> {
    const served = await serve();
    let missing = 0;
    let done = (): void => {};
    await open(served.host, (tokens) => {
      if (!(tokens > 0)) throw new Error('no tip');
      missing -= 1;
      if (missing === 0) done();
    });
    return (count) =>
      new Promise<void>((resolve) => {
        missing = count;
        done = resolve;
        served.frames(count);
      });
  },
});

interface Frame {
  stream_id: string;
  tip: { id: string; from_user: string; tokens: number; message: string };
  timestamp: string;
}

const tokensIn = (text: string): number => (JSON.parse(text) as Frame).tip.tokens;

export const contenders: Record<string, Contender> = {
  ours: hearing(async (host, heard) => {
    const client = createTippingStreams({ baseUrl: `http://${host}/v1`, token: 'not-a-secret-token', logger: false });
    const tips = client.tips({ streamId: 'evening' });
    tips.subscribe((tip) => heard(tip.amount));
    await tips.ready();
  }),
  ws: hearing(
    (host, heard) =>
      new Promise((resolve) => {
        const socket = new WebSocketOfWs(`ws://${host}${path}`);
        socket.on('message', (data: RawData) => heard(tokensIn(String(data))));
        socket.on('open', resolve);
      }),
  ),
  'by hand': hearing(
    (host, heard) =>
      new Promise((resolve) => {
        const emitter = new EventEmitter<{ tip: [TipEvent] }>();
        emitter.on('tip', (tip) => heard(tip.amount));
        const ids = new Set<string>();
        const socket = new WebSocketOfWs(`ws://${host}${path}`);
        socket.on('message', (data: RawData) => {
          const { stream_id: channel, tip, timestamp } = JSON.parse(String(data)) as Frame;
          const time = Date.parse(timestamp) / 1000;
          if (!Number.isFinite(tip.tokens) || !time || typeof tip.from_user !== 'string' || ids.has(tip.id)) return;
          if (ids.size >= 4000) for (const oldest of ids) if (ids.delete(oldest) && ids.size < 4000) break;
          ids.add(tip.id);
          const { from_user: tipper, message, tokens: amount } = tip;
          const id = `tipping:${channel}:${tip.id}`;
          const same = { platform: 'tipping', unit: 'token', anonymous: false } as const;
          emitter.emit('tip', { ...same, amount, tipper, message, timestamp: time, id, channel });
        });
        socket.on('open', resolve);
      }),
  ),
  'ws standard': hearing(
    (host, heard) =>
      new Promise((resolve) => {
        const socket = new WebSocketOfWs(`ws://${host}${path}`);
        socket.addEventListener('message', ({ data }) => heard(tokensIn(String(data))));
        socket.addEventListener('open', resolve);
      }),
  ),
  global: hearing(
    (host, heard) =>
      new Promise((resolve) => {
        const socket = new WebSocket(`ws://${host}${path}`);
        socket.addEventListener('message', ({ data }) => heard(tokensIn(String(data))));
        socket.addEventListener('open', resolve);
      }),
  ),
  partysocket: hearing(async (host, heard) => {
    interface Party {
      WebSocket: new (url: string, protocols: readonly string[], options: object) => EventTarget;
    }
    const { WebSocket: Reconnecting } = await peer<Party>('partysocket');
    const socket = new Reconnecting(`ws://${host}${path}`, [], { WebSocket: WebSocketOfWs });
    await new Promise((resolve) => {
      socket.addEventListener('open', resolve);
      socket.addEventListener('message', (event) => heard(tokensIn(String((event as MessageEvent).data))));
    });
  }),
};

const lines: readonly Line[] = [
  {
    name: 'ours',
    what: 'tipstream',
    job: 'ours',
    note: "a TipEvent, checked, each once, counted until taken; reconnects, fills what was missed, notices a dead peer; ws' own events instead of standard ones",
  },
  { name: 'ws', what: '`ws` and `JSON.parse`', job: 'less', note: 'no reconnect, no check, no tip' },
  {
    name: 'by hand',
    what: 'that, checked, each once, and made a TipEvent by hand',
    job: 'less',
    note: 'no reconnect, nothing counted as taken, anonymous givers shown',
  },
  { name: 'ws standard', what: 'the same by standard events', job: 'less', note: 'no reconnect, no check, no tip' },
  {
    name: 'partysocket',
    what: 'partysocket over `ws`, and `JSON.parse`',
    job: 'less',
    note: 'reconnects; no check, no tip, nothing that was missed',
  },
  {
    name: 'global',
    what: "Node's own WebSocket and `JSON.parse`",
    job: 'less',
    note: 'no reconnect, no check, no tip',
  },
];

export async function sockets(): Promise<Outcome> {
  const turns = await takeTurns(import.meta.url, contenders);
  const about = {
    heading: 'From a frame to a TipEvent',
    text: 'Frames of 300 bytes from a server in another process; the processor time of the client, its reading from the network included.',
  };
  const { table, behind, ratio } = compared(about, { base: 'ws' }, lines, turns);
  return {
    tables: [table],
    behind,
    goals: [
      {
        what: 'frames to TipEvents in the same time, beside ws and `JSON.parse`',
        measured: 1 / ratio('ours'),
        limit: 0.9,
        atLeast: true,
        done: 'frames are read by the events of ws itself, one timer for all frames, one date read in a burst, an id looked for once; what is left is the date, the memory of ids and the tip, which cost the same by hand',
      },
    ],
  };
}
