import { describe, type TipEvent } from 'tipstream';
import { clockTime } from './lines.ts';
import { row, type Span } from './row.ts';
import type { Scene, SourceScene } from './scene.ts';
import { cells, safe, toWidth } from './text.ts';

/** What a frame is drawn for. */
export interface Canvas {
  columns: number;
  rows: number;
  color: boolean;
  /** Unix time in milliseconds, on the clock of the evening. */
  now: number;
}

/** A longer line is not easier to read. */
const widest = 110;

const dim = '2';
const bold = '1';

/** Which colour a platform has; one that is not listed is plain. */
const hues: Readonly<Record<string, string>> = { chaturbate: '33', stripchat: '35', camsoda: '36' };

const marks: Readonly<Record<string, Span>> = {
  live: ['●', '32'],
  idle: ['○', dim],
  connecting: ['○', '33'],
  ended: ['■', '31'],
};
const troubled: Span = ['◐', '33'];

const number = new Intl.NumberFormat('en');

/** One picture of the evening: `rows` lines of at most `columns` cells. */
export function frame(scene: Scene, canvas: Canvas): string[] {
  const { rows, color, now } = canvas;
  const width = Math.min(canvas.columns, widest);
  const draw = (...spans: Span[]): string => row(spans, { width, color });
  const goal = scene.goal === undefined ? '' : ` of ${number.format(scene.goal)}`;

  const top = [
    scene.page === undefined ? '' : draw([`  ${scene.page}`, dim]),
    draw([' '], ['tipstream', bold], ...spread(`  ${scene.title}`, clockTime(now), width - 11)),
    '',
    ...scene.sources.map((source) => draw(mark(source), ...totals(source, width), [`   ${words(source, now)}`, dim])),
    '',
  ];
  const bottom = [
    '',
    draw([`   ${number.format(scene.tips)}${goal} tips`, dim], ...platformTotals(scene)),
    draw(['   Ctrl-C ends it', dim]),
  ];
  const room = Math.max(0, rows - top.length - bottom.length);
  const tips = scene.recent.slice(0, room).map((tip, index) => draw(...tipSpans(tip, width, index === 0)));
  const blank = Array.from({ length: room - tips.length }, () => '');
  return [...top, ...tips, ...blank, ...bottom].slice(0, rows);
}

/** The picture that stays when the evening is over. */
export const summary = (scene: Scene, { columns, color }: Canvas): string[] =>
  scene.sources.map((source) => row([[' '], ...totals(source, columns)], { width: Math.min(columns, widest), color }));

function mark({ state }: SourceScene): Span {
  const [text, style] = marks[state] ?? troubled;
  return [` ${text} `, style];
}

function totals({ platform, dialect, tips, total, unit }: SourceScene, width: number): Span[] {
  return [
    [toWidth(safe(platform), 12), hues[platform]],
    [width < 60 ? '' : toWidth(safe(dialect), 11), dim],
    [toWidth(`${number.format(tips)} ${tips === 1 ? 'tip' : 'tips'}`, 10, 'right')],
    [toWidth(`${number.format(total)} ${unit}s`, 16, 'right'), bold],
  ];
}

/** Two rooms of one platform give the same tokens; those of two platforms cannot be added. */
function platformTotals({ sources }: Scene): Span[] {
  return [...new Set(sources.map(({ platform }) => platform))].flatMap((platform): Span[] => {
    const rooms = sources.filter((source) => source.platform === platform);
    const total = rooms.reduce((sum, source) => sum + source.total, 0);
    return [['   '], [safe(platform), hues[platform]], [` ${number.format(total)} ${rooms[0]?.unit}s`, dim]];
  });
}

function words({ state, reason, retryAt }: SourceScene, now: number): string {
  if (state === 'live' || state === 'idle') return state;
  const again = retryAt !== undefined && retryAt > now ? `, again in ${Math.ceil((retryAt - now) / 1000)} s` : '';
  return safe(`${state}${again}${reason ? `: ${reason}` : ''}`);
}

function tipSpans(tip: TipEvent, width: number, newest: boolean): Span[] {
  return [
    [`   ${clockTime(tip.timestamp * 1000)}  `, dim],
    [toWidth(safe(tip.tipper), width < 70 ? 12 : 20), tip.anonymous ? '2;3' : newest ? bold : undefined],
    [toWidth(safe(describe(tip)), 13, 'right'), bold],
    [`   ${toWidth(safe(tip.platform), 11)}`, hues[tip.platform]],
    [`  ${safe(tip.message)}`, dim],
  ];
}

/** One text at the left, one at the right. */
function spread(left: string, right: string, width: number): Span[] {
  const room = width - cells(right) - 1;
  return room < cells(left)
    ? [[left, dim]]
    : [
        [toWidth(left, room), dim],
        [` ${right}`, dim],
      ];
}
