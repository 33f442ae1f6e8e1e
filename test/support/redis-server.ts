import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathOf } from './engines.ts';

/** A Redis of this test alone. */
export interface RedisServer {
  /** `redis://127.0.0.1:{port}` */
  readonly url: string;
  readonly port: number;
  /** Answers nobody until `resume()`; connections stay. */
  pause(): void;
  resume(): void;
  /** Dies at once. What its journal holds is there again after `start()`. */
  kill(): Promise<void>;
  /** Starts again, at the same port. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** How a Redis is started. */
export interface RedisServerOptions {
  /** Keeps a journal on the disk, written before every answer. @default false: nothing is kept */
  journal?: boolean;
  /** More words of its command line. */
  words?: readonly string[];
}

const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
};

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    const end = (ready: boolean): void => {
      socket.destroy();
      resolve(ready);
    };
    socket.once('data', (data) => end(String(data).startsWith('+PONG')));
    socket.once('error', () => end(false));
  });

/** Starts a Redis. */
export async function startRedis({ journal = false, words = [] }: RedisServerOptions = {}): Promise<RedisServer> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'tipstream-redis-'));
  let child: ChildProcess;
  let gone: Promise<unknown>;
  const start = async (): Promise<void> => {
    const keeping = journal ? ['--appendonly', 'yes', '--appendfsync', 'always'] : ['--appendonly', 'no'];
    child = spawn(
      pathOf('Redis'),
      ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', ...keeping, '--dir', folder, ...words],
      { stdio: 'ignore' },
    );
    gone = once(child, 'exit');
    while (!(await answers(port))) {
      if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await gone;
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    kill,
    start,
    async close() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
