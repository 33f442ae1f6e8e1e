import { createSource, goal, type TipEvent, worth } from 'tipstream';
import { part } from './element.ts';

/** What can be changed, with what it begins with: the target, and what a token is worth. */
const fields: readonly (readonly [name: string, label: string, value: number])[] = [
  ['target', 'Target', 250],
  ['chaturbate:token', 'Chaturbate token', 0.05],
  ['stripchat:token', 'Stripchat token', 0.05],
  ['camsoda:token', 'Camsoda token', 0.04],
];

const money = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD' });

/** The bar across platforms, by rates that the viewer sets. */
export function openGoal(): { add(tip: TipEvent): void } {
  const values = new Map(
    fields.map(([name, , value]) => [name, Number(localStorage.getItem(`rate ${name}`) ?? value)]),
  );
  const tips = createSource<TipEvent>({ platform: 'page' });
  const counted: TipEvent[] = [];
  let stop = (): void => {};

  const begin = (): void => {
    stop();
    const { target = 1, ...rates } = Object.fromEntries(values);
    // A new rate is worth something for the tips that came already too.
    const initial = counted.reduce((sum, tip) => sum + (worth(tip, rates) ?? 0), 0);
    const show = (amount: number, percent: number): void => {
      part('goal').setAttribute('value', String(Math.min(100, percent)));
      part('goal-words').textContent = `${money.format(amount)} of ${money.format(target)}, ${Math.floor(percent)} %`;
    };
    show(initial, (initial / target) * 100);
    stop = goal(tips.stream, { target, rates, initial }).subscribe(({ amount, percent }) => show(amount, percent));
  };

  for (const [name, text] of fields) {
    const label = document.createElement('label');
    const input = document.createElement('input');
    Object.assign(input, {
      type: 'number',
      min: name === 'target' ? '1' : '0',
      step: 'any',
      value: String(values.get(name)),
    });
    input.addEventListener('change', () => {
      if (!input.checkValidity() || input.value === '') return;
      values.set(name, Number(input.value));
      localStorage.setItem(`rate ${name}`, input.value);
      begin();
    });
    label.append(text, input);
    part('rates').append(label);
  }
  begin();
  return {
    add(tip) {
      counted.push(tip);
      void tips.push(tip);
    },
  };
}
