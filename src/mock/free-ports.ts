import { createServer } from 'node:net';

/** Those of `ports` on which nobody listens yet. */
export async function freePorts(ports: Readonly<Record<string, number>>): Promise<Record<string, number>> {
  const tried = await Promise.all(
    Object.entries(ports).map(async ([name, port]) => ((await isFree(port)) ? [[name, port] as const] : [])),
  );
  return Object.fromEntries(tried.flat());
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
