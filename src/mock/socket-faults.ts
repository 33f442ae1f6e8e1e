import type { Fault, SocketFault } from './faults.ts';
import type { Peer } from './service.ts';

const ofSockets = ['drop', 'freeze', 'garbage'] as const;

/** Whether a fault can only befall a socket. */
export const onlyForSockets = ({ kind }: Fault): boolean =>
  kind === 'refuse' || ofSockets.some((each) => each === kind);

/** What a fault does to a socket that was let in. */
export function onSocket(fault: Fault | undefined): SocketFault | undefined {
  switch (fault?.kind) {
    case 'drop':
    case 'freeze':
    case 'garbage':
      return fault;
    case 'truncated':
    case 'lost':
      return { kind: 'drop', after: 0 };
    case 'malformed':
      return { kind: 'garbage', after: 0 };
    default:
      return undefined;
  }
}

/** A peer to whom the fault happens once `after` of its messages are out. */
export function spoiled(peer: Peer, fault: SocketFault | undefined): Peer {
  if (!fault) return peer;
  let left = fault.after;
  let done = false;
  const happen = (): void => {
    if (left > 0 || done) return;
    done = true;
    if (fault.kind === 'drop') peer.drop();
    else if (fault.kind === 'freeze') peer.freeze();
    else peer.send('{"type":"tip","amou');
  };
  happen();
  return {
    get open() {
      return peer.open;
    },
    send(message) {
      peer.send(message);
      left -= 1;
      happen();
    },
    close: peer.close,
    drop: peer.drop,
    freeze: peer.freeze,
    onMessage: peer.onMessage,
    onClose: peer.onClose,
  };
}
