import type { TipEvent } from 'tipstream';
import { hueOf, part } from './element.ts';

const bars = 40;
const [width, height] = [320, 110];
const svg = 'http://www.w3.org/2000/svg';

const shape = (name: string, attributes: Readonly<Record<string, string | number>>): Element => {
  const element = document.createElementNS(svg, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
};

/** How many tips there were over the evening, by platform. Tokens of two platforms cannot be added; tips can be counted. */
export function drawChart(tips: readonly TipEvent[]): void {
  const times = tips.map(({ timestamp }) => timestamp);
  const first = times.reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY);
  const last = times.reduce((most, time) => Math.max(most, time), first + 60);
  const platforms = [...new Set(tips.map(({ platform }) => platform))].sort();
  const columns = Array.from({ length: bars }, () => new Map<string, number>());
  for (const { platform, timestamp } of tips) {
    const column = columns[Math.min(bars - 1, Math.floor(((timestamp - first) / (last - first)) * bars))];
    column?.set(platform, (column.get(platform) ?? 0) + 1);
  }
  const tallest = Math.max(4, ...columns.map((column) => [...column.values()].reduce((sum, count) => sum + count, 0)));
  const step = width / bars;
  const title = shape('title', {});
  title.textContent = 'Tips over the evening';
  const shapes: Element[] = [title, shape('line', { x1: 0, x2: width, y1: height - 0.5, y2: height - 0.5 })];
  for (const [index, column] of columns.entries()) {
    let top = height - 1;
    for (const platform of platforms) {
      const tall = ((column.get(platform) ?? 0) / tallest) * (height - 6);
      if (tall === 0) continue;
      top -= tall;
      shapes.push(
        shape('rect', {
          x: index * step + 1,
          y: top,
          width: step - 2,
          height: Math.max(1, tall - 1),
          rx: 1,
          class: hueOf(platform),
        }),
      );
    }
  }
  part('chart').replaceChildren(...shapes);
  part('chart-words').replaceChildren(
    ...platforms.flatMap((platform) => {
      const name = document.createElement('b');
      name.className = hueOf(platform);
      name.textContent = `${platform} ${tips.filter((tip) => tip.platform === platform).length}`;
      return [name, ' '];
    }),
  );
}
