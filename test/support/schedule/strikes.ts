import { pick } from '../../../src/mock/random.ts';
import type { Stage } from './actor.ts';
import type { Line } from './faults.ts';

/** What befalls an open connection; `freeze` is noticed by nobody until the network itself gives up. */
const kinds = ['drop', 'drop', 'freeze', 'close'] as const;

/**
 * One blow to every connection of a line.
 *
 * @param codes - With which a connection may be closed.
 * @param givesUp - After so long a network says that a frozen connection is gone; `undefined` where the client notices it by itself.
 */
export function strikePeers(
  { random, books, peers, clock }: Stage,
  line: Line,
  codes: readonly [number, ...number[]],
  givesUp?: number,
): void {
  const kind = pick(random, kinds);
  const all = peers(line);
  if (all.length === 0) return;
  books.count(kind === 'drop' ? 'socket dropped' : kind === 'freeze' ? 'socket freezes' : 'socket closed', line);
  for (const peer of all) {
    if (kind === 'drop') peer.drop();
    else if (kind === 'close') peer.close(pick(random, codes));
    else {
      peer.freeze();
      if (givesUp !== undefined) clock.after(givesUp, peer.drop);
    }
  }
}
