import type { Socket } from 'node:net';
import { type Clock, sleep } from '../../src/core/time.ts';
import type { Played, RawAnswer } from './fault-changes.ts';

/** The bytes of a whole answer as status, headers and body. */
export function readRaw(bytes: Buffer): RawAnswer {
  const end = bytes.indexOf('\r\n\r\n');
  const [first = '', ...rows] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const all = rows.map((row): [string, string] => {
    const colon = row.indexOf(':');
    return [row.slice(0, colon).toLowerCase(), row.slice(colon + 1).trim()];
  });
  const { 'transfer-encoding': coding = '', 'content-length': _, connection: __, ...headers } = Object.fromEntries(all);
  const body = bytes.subarray(end + 4);
  return {
    status: Number(first.split(' ', 2)[1]),
    headers,
    body: coding.includes('chunked') ? unchunked(body) : body,
  };
}

function unchunked(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const line = bytes.indexOf('\r\n', at);
    const size = line < 0 ? 0 : Number.parseInt(bytes.subarray(at, line).toString('latin1'), 16);
    if (!(size > 0)) return Buffer.concat(parts);
    parts.push(bytes.subarray(line + 2, line + 2 + size));
    at = line + 4 + size;
  }
}

const write = (socket: Socket, bytes: Buffer | string): Promise<unknown> =>
  new Promise((done) => socket.write(bytes, done));

/** Writes an answer as it is to be played; resolves when its last byte is out, or the client has left. */
export async function writeRaw(
  client: Socket,
  { answer: { status, headers, body }, slowly = 0, ends }: Played,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const left = new Promise((resolve) => client.once('close', resolve));
  const rows = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  // An answer that seems whole and is not names no length.
  const length = ends === 'short' ? '' : `content-length: ${body.length}\r\n`;
  await write(client, `HTTP/1.1 ${status} Given\r\n${rows.join('')}${length}connection: close\r\n\r\n`);
  if (ends) {
    await write(client, body.subarray(0, body.length >> 1));
    if (ends === 'short') return void client.end();
    // Who has given up says goodbye, which is heard only by who reads.
    client.once('end', () => client.destroy()).resume();
    await left;
    return;
  }
  const pieces = slowly > 0 ? 10 : 1;
  for (let piece = 0; piece < pieces && !client.destroyed; piece += 1) {
    if (piece > 0) await Promise.race([sleep(clock, slowly / (pieces - 1), signal), left]);
    const [from, to] = [piece, piece + 1].map((n) => Math.floor((body.length * n) / pieces));
    await Promise.race([write(client, body.subarray(from, to)), left]);
  }
  client.end();
}
