import { onTestFinished } from 'vitest';
import { type Anilibria, type AnilibriaOptions, createAnilibria } from '../../src/anilibria/index.ts';
import { createMockServer, type MockServer, type MockServerOptions } from '../../src/mock/index.ts';

/** The AniLibria of a test alone, quiet unless it is told something. */
export async function host(options: MockServerOptions = {}): Promise<MockServer & { base: string }> {
  const server = await createMockServer({ port: 0, seed: 7, platforms: ['anilibria'], ...options });
  onTestFinished(server.close);
  server.anilibria.switches.evening = false;
  return Object.assign(server, { base: `${server.addresses.anilibria}/api/anilibria/v2` });
}

/** What a client wrote into its log. */
export interface Written {
  lines: string[];
}

/** A client of `baseUrl` that waits for nothing. */
export function client(baseUrl: string, options: AnilibriaOptions = {}): Anilibria & Written {
  const lines: string[] = [];
  const write = (line: string): void => void lines.push(line);
  const made = createAnilibria({
    baseUrl,
    retry: { base: 1 },
    logger: { warn: write, error: write },
    ...options,
  });
  onTestFinished(made.close);
  return Object.assign(made, { lines });
}

/** The paths that arrived, without the prefix of the mock. */
export const paths = (server: MockServer): string[] =>
  server.requests.map(({ path }) => path.replace('/anilibria/api/anilibria/v2', ''));
