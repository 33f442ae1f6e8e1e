import type { SourceScene } from '../scene.ts';
import { hueOf, part, piece } from './element.ts';
import { fetchScene } from './served.ts';

/** How often the states are looked at, in milliseconds. */
const every = 1000;

const number = new Intl.NumberFormat('en');

function row({ platform, dialect, state, reason, tips, total, unit }: SourceScene): HTMLElement {
  const item = piece('li', `${hueOf(platform)} ${state}`);
  const sum = `${number.format(tips)} ${tips === 1 ? 'tip' : 'tips'}, ${number.format(total)} ${unit}s`;
  item.append(
    piece('span', 'dot'),
    piece('span', 'name', [platform, dialect].filter(Boolean).join(' ')),
    piece('span', 'sum', sum),
    piece('span', 'why', state === 'live' ? '' : `${state}${reason ? `: ${reason}` : ''}`),
  );
  return item;
}

/** Shows what every source is doing, and goes on showing it. */
export async function showSources(look: () => Promise<SourceScene[]>, direct: boolean): Promise<void> {
  const list = part('sources');
  let drawn = '';
  const show = async (): Promise<void> => {
    try {
      const sources = await look();
      const now = JSON.stringify(sources);
      if (now !== drawn) list.replaceChildren(...sources.map(row));
      drawn = now;
    } catch {
      part('state').textContent = 'the program has ended';
    }
    setTimeout(show, every);
  };
  await show();
  if (direct) return;
  const { title } = await fetchScene();
  part('title').textContent = title;
}

/** Shows the switches, where there are some. */
export async function showSwitches(direct: boolean): Promise<void> {
  const { switches } = direct ? { switches: undefined } : await fetchScene();
  if (!switches) return;
  const place = part('switches');
  part('failing').hidden = false;
  for (const { name, label, on } of switches) {
    const button = piece('button', '', label);
    button.setAttribute('type', 'button');
    button.setAttribute('aria-pressed', String(on));
    button.addEventListener('click', async () => {
      const answer = await fetch(`/switch/${name}`, { method: 'POST' });
      const all: typeof switches = await answer.json();
      button.setAttribute('aria-pressed', String(all.find((each) => each.name === name)?.on));
    });
    place.append(button);
  }
}
