import type { ServerResponse } from 'node:http';
import type { Answer } from './answer.ts';

/** In how many pieces a slow body goes out. */
const pieces = 10;

/** Writes an answer the way it is meant to arrive: whole, slowly, in part, or not at all. */
export async function write({ status, headers, body, trouble }: Answer, outgoing: ServerResponse): Promise<void> {
  if (trouble?.kind === 'reset') return void outgoing.socket?.resetAndDestroy();
  const bytes = Buffer.from(body);
  outgoing.writeHead(status, status === 204 ? headers : { ...headers, 'content-length': bytes.length });
  if (trouble === undefined) return void outgoing.end(bytes);
  const half = Math.floor(bytes.length / 2);
  if (trouble.kind === 'truncated') return void outgoing.write(bytes.subarray(0, half), () => outgoing.destroy());
  const step = bytes.length / pieces;
  for (let piece = 1; piece <= pieces && !outgoing.destroyed; piece += 1) {
    if (piece > 1) await new Promise((resolve) => setTimeout(resolve, (trouble.ms ?? 0) / (pieces - 1)));
    const part = bytes.subarray(Math.floor(step * (piece - 1)), Math.floor(step * piece));
    // The end goes with the last bytes: a client that has them all may close before anything follows.
    if (piece < pieces) outgoing.write(part);
    else outgoing.end(part);
  }
}
