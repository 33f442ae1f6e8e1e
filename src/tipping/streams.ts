import { del, get, patch, post } from '../core/endpoint.ts';
import { isWire } from '../stream/tip-wire.ts';
import { fields, id, maybeText, maybeTexts, patchOf, text } from './inputs.ts';
import { joinInfo } from './join-info.ts';
import { limited, type PageInput, pageRules, wire } from './manner.ts';
import type { TippingStream, TippingTip, TippingViewer } from './models.ts';
import { listOf, model } from './readers.ts';

/** What a stream can be searched by. */
export interface StreamsInput extends PageInput {
  category?: string | undefined;
  tags?: string[] | undefined;
  status?: string | undefined;
}

/** A stream that is made. */
export interface StreamInput {
  title: string;
  description?: string | undefined;
  category?: string | undefined;
  tags?: string[] | undefined;
}

/** Fields of a stream that change, in the wire's spelling. */
export type StreamPatch = Partial<TippingStream>;

const stream = model<TippingStream>({ id: 'string', title: 'string', status: 'string' });
export const tip = model<TippingTip>({ id: 'string', from_user_id: 'string', tokens: 'number', created_at: 'string' });
const viewer = model<TippingViewer>({ user_id: 'string' });
/** Some answers wrap the stream, and have what the media server needs beside it. */
const streamIn = (body: unknown): TippingStream =>
  isWire(body) && isWire(body.stream) ? { ...body, ...stream(body.stream) } : stream(body);

const manner = limited('streaming');
const paged = { ...manner, wire, query: fields<PageInput>(pageRules) };

/** The calls about streams. */
export const streams = {
  /** Streams that are live. Anybody may ask. */
  list: get('/streams', {
    ...paged,
    query: fields<StreamsInput>({ ...pageRules, category: maybeText, tags: maybeTexts, status: maybeText }),
    response: listOf('streams', stream),
  }),
  /** Makes a stream; it is not live yet. Errors: `KYC_REQUIRED`. */
  create: post('/streams', {
    ...manner,
    wire,
    body: fields<StreamInput>({ title: text, description: maybeText, category: maybeText, tags: maybeTexts }),
    response: streamIn,
  }),
  /** One stream. Anybody may ask. */
  get: get('/streams/{streamId}', { ...manner, params: id('streamId'), response: streamIn }),
  /** Changes a stream: `update(id, patch)`, the patch in the wire's spelling. */
  update: patch('/streams/{streamId}', {
    ...manner,
    params: fields<{ streamId: string }>({ streamId: text }),
    body: patchOf<StreamPatch>(),
    response: streamIn,
  }),
  /** Ends a stream; it stays in the lists (TP-25). Gives the stream where the platform does. */
  end: del('/streams/{streamId}', {
    ...manner,
    params: id('streamId'),
    response: (body) => (body === undefined ? undefined : streamIn(body)),
  }),
  /** Says that a stream is live now. */
  start: post('/streams/{streamId}/start', { ...manner, params: id('streamId'), response: streamIn }),
  /** Joins as a viewer: what is needed to reach the media server. */
  join: post('/streams/{streamId}/join', { ...manner, params: id('streamId'), response: joinInfo }),
  /** Who watches. */
  viewers: get('/streams/{streamId}/viewers', {
    ...paged,
    params: fields<{ streamId: string }>({ streamId: text }),
    response: listOf('viewers', viewer),
  }),
  /** The tips of a stream. */
  tips: get('/streams/{streamId}/tips', {
    ...paged,
    params: fields<{ streamId: string }>({ streamId: text }),
    response: listOf('tips', tip),
  }),
};
