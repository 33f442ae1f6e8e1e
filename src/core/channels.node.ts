/** Gives an event to everybody who subscribed to a channel. */
export type Publish = (event: object) => void;

/** What is asked of the runtime. Every runtime has `Math`: without a field that is there, no type would be comparable to this one. */
interface Runtime {
  Math: object;
  process?: {
    getBuiltinModule?(
      name: string,
    ): { channel(name: string): { hasSubscribers: boolean; publish(event: object): void } } | undefined;
  };
}

/**
 * The channel `tipstream:{name}` of `node:diagnostics_channel`, where somebody subscribed to it. Asked for by name and not imported: Bun, Deno
 * and workers have it or not, depending on their version and settings.
 */
export function channelOf(name: string): Publish | undefined {
  const channels = (globalThis as Runtime).process?.getBuiltinModule?.('node:diagnostics_channel');
  const channel = channels?.channel(`tipstream:${name}`);
  return channel?.hasSubscribers ? (event) => channel.publish(event) : undefined;
}
