import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** Stands between a client and its server. */
export interface Cutter {
  readonly port: number;
  /** How often an answer was cut off. */
  readonly cuts: number;
  /** The next answer that holds this text does not arrive, and its connection is closed. */
  cutAt(text: string): void;
  /** The answer after so many does not arrive, and its connection is closed. */
  cutAfter(answers: number): void;
  /** The network swallows whatever goes over the connections that are open, and nobody is told. New ones are served. */
  swallow(): void;
}

/** Passes everything on, until it is told otherwise. */
export async function startCutter(upstream: number): Promise<Cutter> {
  let mark: string | undefined;
  let left = Number.POSITIVE_INFINITY;
  let cuts = 0;
  const open = new Set<Socket>();
  const swallowed = new Set<Socket>();
  const server = createServer((client) => {
    const there = connect(upstream, '127.0.0.1');
    const both = [client, there];
    const end = (): void => {
      for (const socket of both) {
        open.delete(socket);
        socket.destroy();
      }
    };
    for (const socket of both) {
      open.add(socket);
      socket.on('error', end).on('close', end);
    }
    client.on('data', (data) => swallowed.has(client) || there.write(data));
    there.on('data', (data) => {
      if (swallowed.has(client)) return;
      left -= 1;
      if (left >= 0 && (mark === undefined || !data.includes(mark))) return client.write(data);
      mark = undefined;
      left = Number.POSITIVE_INFINITY;
      cuts += 1;
      end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    get cuts() {
      return cuts;
    },
    cutAt(text) {
      mark = text;
    },
    swallow() {
      for (const socket of open) swallowed.add(socket);
    },
    cutAfter(answers) {
      left = answers;
    },
  };
}
