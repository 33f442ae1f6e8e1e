import { type Canvas, frame, summary } from './frame.ts';
import type { Scene } from './scene.ts';

const csi = '\u001b[';
/** The other screen of the terminal, without a cursor and without wrapping: what was there before comes back untouched. */
const enter = `${csi}?1049h${csi}?25l${csi}?7l${csi}2J`;
const leave = `${csi}?7h${csi}?25h${csi}?1049l`;
/** The terminal shows what is between these two at once; one that does not know them ignores them. */
const together = (text: string): string => `${csi}?2026h${text}${csi}?2026l`;

/** The live view in a terminal. */
export interface Screen {
  /** Gives the terminal back and leaves a summary. */
  close(): void;
}

/** Draws the scene ten times a second at most, and only the lines that changed. */
export function openScreen(output: NodeJS.WriteStream, scene: Scene, now: () => number): Screen {
  const canvas = (): Canvas => ({
    columns: output.columns ?? 80,
    rows: output.rows ?? 24,
    color: process.env.NO_COLOR === undefined || process.env.NO_COLOR === '',
    now: now(),
  });
  let shown: string[] = [];

  const draw = (): void => {
    const next = frame(scene, canvas());
    const changes = next.map((line, row) => (line === shown[row] ? '' : `${csi}${row + 1};1H${csi}2K${line}`)).join('');
    shown = next;
    if (changes !== '') output.write(together(changes));
  };
  const redraw = (): void => {
    shown = [];
    output.write(`${csi}2J`);
    draw();
  };
  const restore = (): void => void output.write(leave);

  output.write(enter);
  process.once('exit', restore);
  output.on('resize', redraw);
  const timer = setInterval(draw, 100);
  draw();

  return {
    close() {
      clearInterval(timer);
      draw();
      output.off('resize', redraw);
      process.off('exit', restore);
      restore();
      output.write(`${summary(scene, canvas()).join('\n')}\n`);
    },
  };
}
