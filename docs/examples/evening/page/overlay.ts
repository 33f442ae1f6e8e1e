import { describe, fromUrl, real } from 'tipstream';
import { part, piece } from './element.ts';

const alerts = part('alerts');

fromUrl('/tips').subscribe((tip) => {
  if (!real(tip)) return;
  const item = document.createElement('li');
  item.append(piece('span', 'who', tip.tipper), ' ', piece('span', 'amount', describe(tip)));
  if (tip.message) item.append(piece('span', 'message', tip.message));
  item.addEventListener('animationend', () => item.remove());
  alerts.prepend(item);
  while (alerts.childElementCount > 5) alerts.lastElementChild?.remove();
});
