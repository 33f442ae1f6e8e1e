/** Where a process says something to whoever subscribed. */
export interface Channel {
  readonly hasSubscribers: boolean;
  publish(event: object): void;
}

/** What is asked of the runtime. Every runtime has `Math`: without a field that is there, no type would be comparable to this one. */
interface Runtime {
  Math: object;
  process?: { getBuiltinModule?(name: string): { channel(name: string): Channel } | undefined };
}

/**
 * The channel `tipstream:{name}` of `node:diagnostics_channel`, the same as long as somebody holds it. Asked for by name and not imported: Bun,
 * Deno and workers have it or not, depending on their version and settings.
 */
export const channelOf = (name: string): Channel | undefined =>
  (globalThis as Runtime).process?.getBuiltinModule?.('node:diagnostics_channel')?.channel(`tipstream:${name}`);
