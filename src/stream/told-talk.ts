import type { Connection } from '../core/connection.ts';
import type { LineOwner } from './line.ts';

/** The talk of a platform, of whose connections telemetry hears. */
export const toldTalk =
  ({ telemetry, options: { clock } }: Connection, platform: string, talk: LineOwner['talk']): LineOwner['talk'] =>
  (line) => {
    const { heard, opened } = talk(line);
    const tell = (state: 'open' | 'closed'): void =>
      telemetry.emit('socket', () => ({ platform, at: clock.now(), state }));
    return {
      heard,
      opened() {
        tell('open');
        line.signal.addEventListener('abort', () => tell('closed'));
        opened?.();
      },
    };
  };
