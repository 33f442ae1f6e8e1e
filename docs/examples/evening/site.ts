import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type EventStream, type TipEvent, toResponse } from 'tipstream';
import type { DirectRooms } from './direct.ts';
import type { Scene } from './scene.ts';
import type { Switches } from './switches.ts';

/** What the page shows, and what it may change. */
export interface SiteParts {
  scene: Scene;
  tips: EventStream<TipEvent>;
  /** Absent where the rooms are real: then nothing can be made to fail, and no page gets a token. */
  switches?: Switches | undefined;
  direct?: (() => Promise<DirectRooms>) | undefined;
}

/** The page of an evening. */
export interface Site {
  readonly url: string;
  /** Somebody looked at it. */
  readonly visited: boolean;
  close(): Promise<void>;
}

const folder = new URL('./page/', import.meta.url);
const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};
/** Files by their path; scripts are bundled from their source when they are first asked for. */
const pages: Readonly<Record<string, string>> = {
  '/': 'wall.html',
  '/overlay': 'overlay.html',
  '/wall.css': 'wall.css',
  '/wall.js': 'wall.ts',
  '/overlay.js': 'overlay.ts',
};
/** No other program's page is to read or press anything here, and nothing from elsewhere runs. */
const policy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self' http://127.0.0.1:*";

async function contentOf(file: string): Promise<Uint8Array> {
  if (!file.endsWith('.ts')) return readFile(new URL(file, folder));
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(file, folder))],
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['chrome103', 'firefox115', 'safari16.4'],
    conditions: ['tipstream-source'],
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0]?.contents ?? new Uint8Array();
}

const json = (outgoing: ServerResponse, value: unknown): void =>
  void outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));

/** Serves the page on this machine. A port that is taken gives way to a free one. */
export async function openSite(parts: SiteParts, port: number): Promise<Site> {
  const { scene, tips, switches, direct } = parts;
  const files = new Map<string, Promise<Uint8Array>>();
  const directs = new Set<DirectRooms>();
  let visited = false;

  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const { pathname } = new URL(incoming.url ?? '/', 'http://localhost');
    // A page of another origin can neither read this nor press a switch.
    const { host = '', origin } = incoming.headers;
    if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host) || (origin !== undefined && origin !== `http://${host}`))
      return void outgoing.writeHead(403).end();
    const file = pages[pathname];
    if (file !== undefined) {
      const content = files.get(file) ?? contentOf(file);
      files.set(file, content);
      const type = types[file.endsWith('.ts') ? 'js' : (file.split('.').at(-1) ?? '')];
      return void outgoing
        .writeHead(200, { 'content-type': type, 'content-security-policy': policy, 'cache-control': 'no-cache' })
        .end(await content);
    }
    if (pathname === '/tips') {
      visited = true;
      return stream(incoming, outgoing);
    }
    if (pathname === '/scene') return json(outgoing, { ...scene, switches: switches?.all });
    if (pathname === '/rooms' && direct) {
      const rooms = await direct();
      directs.add(rooms);
      return json(outgoing, rooms.places);
    }
    if (pathname.startsWith('/switch/') && switches && incoming.method === 'POST') {
      switches.press(decodeURIComponent(pathname.slice('/switch/'.length)));
      return json(outgoing, switches.all);
    }
    outgoing.writeHead(404).end();
  };

  const stream = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const request = new Request(new URL(incoming.url ?? '/', 'http://localhost'), {
      headers: { 'last-event-id': String(incoming.headers['last-event-id'] ?? '') },
    });
    const response = toResponse(tips, { format: 'sse', request });
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    if (response.body) await pipeline(response.body, outgoing).catch(() => outgoing.destroy());
    else outgoing.end();
  };

  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing).catch(() => outgoing.destroy());
  });
  await listen(server, port);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    get visited() {
      return visited;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await Promise.all([...directs].map((rooms) => rooms.close()));
    },
  };
}

async function listen(server: Server, port: number): Promise<void> {
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
}
