import { createSource, type Tally, type TipEvent, tally } from 'tipstream';
import { hueOf, part, piece } from './element.ts';

const number = new Intl.NumberFormat('en');

function show({ top }: Tally): void {
  const rows = top.slice(0, 7).map(({ tipper, amount, unit, platform }) => {
    const item = piece('li', hueOf(platform));
    item.append(piece('span', 'who', tipper), piece('span', 'amount', `${number.format(amount)} ${unit}s`));
    return item;
  });
  part('top').replaceChildren(...rows);
}

/** Who gave most; whoever hides is in no such list. */
export function openTop(): { add(tip: TipEvent): void } {
  const tips = createSource<TipEvent>({ platform: 'page' });
  tally(tips.stream).subscribe(show);
  return { add: (tip) => void tips.push(tip) };
}
