/** The keys of one relay. They lie in one slot of a cluster. */
export interface RelayKeys {
  /** The stream itself. */
  readonly stream: string;
  /** Ids of tips that were written, the younger half of the time that they are remembered, */
  readonly young: string;
  /** and the older half. */
  readonly old: string;
  /** When the halves changed places, when was trimmed, what a hard limit cost. */
  readonly facts: string;
}

export function relayKeys(stream: string): RelayKeys {
  // A name that brings a hash tag keeps it; any other is the tag itself, which is the slot of the stream too.
  const tagged = /\{[^}]+\}/.test(stream) ? stream : `{${stream}}`;
  return { stream, young: `${tagged}:ids:young`, old: `${tagged}:ids:old`, facts: `${tagged}:facts` };
}
