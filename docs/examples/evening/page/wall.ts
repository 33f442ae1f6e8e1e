import { describe, type TipEvent } from 'tipstream';
import { drawChart } from './chart.ts';
import { directTips } from './direct.ts';
import { hueOf, part, piece } from './element.ts';
import { openGoal } from './goal.ts';
import { servedTips } from './served.ts';
import { showSources, showSwitches } from './sources.ts';
import { openTop } from './top.ts';

/** How many tips the wall shows. */
const shown = 40;

const wall = part('wall');
const state = part('state');
const seen: TipEvent[] = [];

function addToWall(tip: TipEvent, isNew: boolean): void {
  const item = piece('li', `${isNew ? 'new ' : ''}${hueOf(tip.platform)}${tip.anonymous ? ' unnamed' : ''}`);
  item.append(
    piece('span', 'who', tip.tipper),
    piece('span', 'amount', describe(tip)),
    piece('span', 'message', tip.message),
    piece('span', 'where', tip.platform),
  );
  wall.prepend(item);
  while (wall.childElementCount > shown) wall.lastElementChild?.remove();
}

const direct = new URLSearchParams(location.search).has('direct');
const { tips, past, sources } = await (direct ? directTips() : servedTips());
const goal = openGoal();
const top = openTop();
part('title').textContent = direct ? 'the clients run in this page, against a mock' : '';

const known = new Set<string>();
function add(tip: TipEvent, isNew: boolean): void {
  if (known.has(tip.id)) return;
  known.add(tip.id);
  seen.push(tip);
  addToWall(tip, isNew);
  goal.add(tip);
  top.add(tip);
  drawChart(seen);
}

tips.on('status', (status) => {
  state.textContent = status.state === 'live' ? 'live' : `${status.state}${status.reason ? `: ${status.reason}` : ''}`;
});
tips.subscribe((tip) => add(tip, true));
for (const tip of await past()) add(tip, false);
drawChart(seen);
await Promise.all([showSources(sources, direct), showSwitches(direct)]);
