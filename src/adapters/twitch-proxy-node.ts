/**
 * The Twitch proxy as a server on Node, for programs of your own: with a shared cache, for example.
 *
 * @module tipstream/twitch-proxy-node
 */
import type { TwitchProxyOptions } from './twitch-proxy/options.ts';
import { createProxy } from './twitch-proxy/proxy.ts';
import { type ListenOptions, listen, type TwitchProxyServer } from './twitch-proxy/server.ts';

export type { CircuitOptions } from '../core/circuit.ts';
export type { CorsOptions } from './twitch-proxy/cors.ts';
export type { TwitchProxyOptions, TwitchProxyRate } from './twitch-proxy/options.ts';
export type { ListenOptions, TwitchProxyServer } from './twitch-proxy/server.ts';

/** What `serveTwitchProxy` takes. */
export interface TwitchProxyServerOptions extends Omit<TwitchProxyOptions, 'from'>, ListenOptions {}

/**
 * Serves the Twitch proxy. It is the handler of `tipstream/twitch-proxy`, with a shorter way for answers that are kept.
 *
 * @throws TipstreamError `CONFIG`; the error of Node where it cannot listen
 *
 * @example
 * ```ts
 * import { serveTwitchProxy } from 'tipstream/twitch-proxy/node';
 * const server = await serveTwitchProxy({ clientId: 'yourclientid', port: 0 });
 * console.log(await (await fetch(`${server.url}/healthz`)).text()); // ok
 * await server.close();
 * ```
 */
export async function serveTwitchProxy(options: TwitchProxyServerOptions): Promise<TwitchProxyServer> {
  return listen(createProxy(options), options);
}
