/**
 * Loaded before a program (`node --import`): what it asks of true addresses goes to a mock, and nothing leaves this machine. `MOCK_PLACES`
 * says where: pairs of an origin and what stands in its place.
 */
import { registerHooks } from 'node:module';

const places: [from: string, to: string][] = JSON.parse(process.env.MOCK_PLACES ?? '[]');

/** The address at the mock. */
function moved(address: string): string {
  for (const [from, to] of places) if (address.startsWith(`${from}/`)) return to + address.slice(from.length);
  if (/^(https?|wss?):\/\/127\.0\.0\.1:/.test(address)) return address;
  throw new Error(`a program of the guides asked ${address}`);
}

const { fetch } = globalThis;
globalThis.fetch = (input, init) =>
  input instanceof Request ? fetch(new Request(moved(input.url), input), init) : fetch(moved(String(input)), init);

// Node's own door to sockets is isomorphic-ws: a class that is `ws` at the moved address stands in its place.
Object.assign(globalThis, { movedToTheMock: moved });
registerHooks({
  load: (url, context, next) =>
    url.endsWith('/isomorphic-ws/node.js')
      ? {
          format: 'commonjs',
          shortCircuit: true,
          source: `const Socket = require('ws');
            module.exports = class extends Socket {
              constructor(url, ...rest) { super(globalThis.movedToTheMock(url.replace(/^ws/, 'http')).replace(/^http/, 'ws'), ...rest); }
            };`,
        }
      : next(url, context),
});
