import { describe, fromUrl, type TipEvent } from 'tipstream';

const list = document.querySelector('#tips');
const state = document.querySelector('#state');

/** Names and notes are foreign text: they are shown as text, never as HTML. */
function piece(name: string, text: string): HTMLElement {
  const span = document.createElement('span');
  span.className = name;
  span.textContent = text;
  return span;
}

function show(tip: TipEvent): void {
  const item = document.createElement('li');
  item.append(
    piece('who', tip.tipper),
    ' ',
    piece('amount', describe(tip)),
    ' ',
    piece('where', tip.platform),
    ' ',
    piece('note', tip.message),
  );
  list?.prepend(item);
  while (list && list.childElementCount > 8) list.lastElementChild?.remove();
}

const tips = fromUrl('/tips');
tips.on('status', (status) => {
  if (state) state.textContent = status.state === 'live' ? '' : status.state;
});
tips.subscribe(show);
