import type { ServerResponse } from 'node:http';

/** Decides when a page counts as handed out. */
export interface Delivery {
  /** A request came in for this path. */
  asked(path: string): void;
  /** A page for this path is about to be written. */
  watch(outgoing: ServerResponse, path: string, handedOut: (complete: boolean) => void): void;
}

/** With its last byte. */
export const onceWritten: Delivery = {
  asked() {},
  watch(outgoing, _path, handedOut) {
    if (outgoing.destroyed) return handedOut(false);
    outgoing.once('close', () => handedOut(outgoing.writableFinished));
  },
};

/** When its path is asked again before its connection closes: who died meanwhile gets it once more. */
export function onceAskedAgain(): Delivery {
  const open = new Map<string, Set<(complete: boolean) => void>>();
  return {
    asked(path) {
      for (const settle of open.get(path) ?? []) settle(true);
    },
    watch(outgoing, path, handedOut) {
      const { socket } = outgoing;
      if (outgoing.destroyed || !socket) return handedOut(false);
      const lost = (): void => settle(false);
      const settle = (complete: boolean): void => {
        socket.off('close', lost);
        open.get(path)?.delete(settle);
        handedOut(complete);
      };
      socket.once('close', lost);
      // Not before it is written: two clients that ask at the same time do not vouch for each other.
      outgoing.once('finish', () => open.set(path, (open.get(path) ?? new Set()).add(settle)));
    },
  };
}
