/**
 * The Twitch proxy as a handler of requests, for Node, Bun, Deno and Workers. The command `tipstream-twitch-proxy` serves it.
 *
 * @module tipstream/twitch-proxy
 */
export type { CircuitOptions } from '../core/circuit.ts';
export type { CorsOptions } from './twitch-proxy/cors.ts';
export { twitchProxyHandler } from './twitch-proxy/handler.ts';
export type { TwitchProxyOptions, TwitchProxyRate } from './twitch-proxy/options.ts';
