import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A server of ours in another process; it ends with this one. */
export interface Served {
  /** `127.0.0.1:` and the port. */
  host: string;
  /** Sends so many frames to every socket that is open. */
  frames(count: number): void;
  /** Tips in a second, of each room. */
  pace(rate: number): void;
  stop(): void;
}

const program = fileURLToPath(new URL('./server.ts', import.meta.url));

export async function serve(): Promise<Served> {
  const child = fork(program);
  const [port] = await once(child, 'message');
  return {
    host: `127.0.0.1:${port}`,
    frames: (frames) => void child.send({ frames }),
    pace: (rate) => void child.send({ rate }),
    stop: () => void child.kill(),
  };
}
