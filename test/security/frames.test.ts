import { createHash } from 'node:crypto';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadSocket } from '../../src/stream/socket.node.ts';
import { type Loss, largestFrame } from '../../src/stream/wire.ts';

/** A server that greets as a WebSocket should, and then does as it likes. */
async function rawServer(
  then: (socket: Socket) => void,
  status = '101 Switching Protocols',
  more = '',
): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', (data) => {
      const key = /sec-websocket-key: (\S+)/i.exec(String(data))?.[1] ?? '';
      const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
      socket.write(
        `HTTP/1.1 ${status}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${more}\r\n`,
      );
      then(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** What our side of a socket hears until it is over. */
async function hear(url: string): Promise<{ heard: number[]; loss: Loss }> {
  const open = await loadSocket();
  const heard: number[] = [];
  const loss = await new Promise<Loss>((resolve) => {
    const wire = open(url, [], { opened() {}, heard: (text) => void heard.push(text.length), lost: resolve });
    onTestFinished(() => wire.drop());
  });
  return { heard, loss };
}

const header = (first: number, length: bigint): Buffer => {
  const bytes = Buffer.alloc(10);
  bytes[0] = first;
  bytes[1] = 127;
  bytes.writeBigUInt64BE(length, 2);
  return bytes;
};
const text = 0x81;
const begun = 0x01;
const continued = 0x00;

describe('a frame of a socket', () => {
  it('that says it has a gigabyte ends the connection before a byte of it is read', async () => {
    const before = process.memoryUsage().arrayBuffers;
    const { heard, loss } = await hear(await rawServer((socket) => void socket.write(header(text, 2n ** 30n))));
    expect(heard).toEqual([]);
    expect(loss.code).not.toBe(1000);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(5e6);
  });

  it('that says it is longer than any number ends the connection', async () => {
    const { heard } = await hear(await rawServer((socket) => void socket.write(header(text, 2n ** 63n - 1n))));
    expect(heard).toEqual([]);
  });

  it('in fragments without an end is given up at ten megabytes', async () => {
    let sent = 0;
    const { heard } = await hear(
      await rawServer((socket) => {
        const piece = Buffer.alloc(2 ** 20, 'a');
        socket.write(Buffer.concat([header(begun, 2n ** 20n), piece]));
        const more = (): void => {
          if (socket.destroyed) return;
          sent += 1;
          socket.write(Buffer.concat([header(continued, 2n ** 20n), piece]), () => setImmediate(more));
        };
        more();
      }),
    );
    expect(heard).toEqual([]);
    expect(sent * 2 ** 20).toBeLessThan(largestFrame * 4);
  });

  it('in empty fragments without an end does not fill the memory', async () => {
    const url = await rawServer((socket) => {
      const many = Buffer.concat(Array.from({ length: 50_000 }, () => Buffer.from([continued, 0])));
      socket.write(Buffer.concat([Buffer.from([begun, 1, 97]), many]), () => socket.destroy());
    });
    expect((await hear(url)).heard).toEqual([]);
  });

  it('that is compressed, though nobody asked for it, ends the connection: no bomb is unpacked', async () => {
    const { heard } = await hear(await rawServer((socket) => void socket.write(Buffer.from([0xc1, 3, 1, 2, 3]))));
    expect(heard).toEqual([]);
  });

  it('of half a letter ends the connection', async () => {
    const { heard } = await hear(await rawServer((socket) => void socket.write(Buffer.from([text, 1, 0xff]))));
    expect(heard).toEqual([]);
  });
});

describe('the greeting of a socket', () => {
  it('that leads elsewhere is not followed: the token in the address stays here', async () => {
    const elsewhere: string[] = [];
    const other = await rawServer((socket) => void elsewhere.push(String(socket.remotePort)));
    const url = await rawServer(() => {}, '302 Found', `Location: ${other}\r\n`);
    const { loss } = await hear(`${url}?token=not-a-secret-token`);
    expect(loss.status).toBe(302);
    expect(elsewhere).toEqual([]);
  });

  it('with a flood of headers ends the connection', async () => {
    const flood = Array.from({ length: 50_000 }, (_, nth) => `X-${nth}: ${'a'.repeat(50)}\r\n`).join('');
    const { heard, loss } = await hear(await rawServer(() => {}, '101 Switching Protocols', flood));
    expect(heard).toEqual([]);
    expect(loss.code).toBe(1006);
  });
});
