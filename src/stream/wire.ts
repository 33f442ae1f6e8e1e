/** What one socket tells, whatever it is made of. */
export interface WireListener {
  opened(): void;
  /** One frame of text. */
  heard(text: string): void;
  /** Called once: the socket is gone. */
  lost(loss: Loss): void;
}

/** How a socket went. */
export interface Loss {
  /** The close code; 1006 where there was no closing handshake. */
  code: number;
  reason: string;
  /** Whether both sides said goodbye, so that nothing was under way. */
  clean: boolean;
  /** The HTTP status of an upgrade that was refused, where the runtime tells. */
  status?: number | undefined;
}

/** One socket. */
export interface Wire {
  send(text: string): void;
  /** Says goodbye. */
  close(code: number): void;
  /** Lets go of it at once, whether the other side answers or not. */
  drop(): void;
}

/** Opens one socket. */
export type OpenWire = (url: string, protocols: readonly string[], listener: WireListener) => Wire;

/** The largest frame that is read, in bytes. */
export const largestFrame = 10 * 1024 * 1024;

/** The close code of a socket that ended without one. */
export const abnormal = 1006;
