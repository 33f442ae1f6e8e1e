import { describe, fromUrl } from 'tipstream';

const tips = fromUrl('/tips'); // or 'https://tips.example/tips'
tips.on('gap', ({ count }) => console.log('missed', count ?? 'some'));
tips.subscribe((tip) => {
  const item = document.createElement('li');
  item.textContent = `${tip.tipper}: ${describe(tip)} ${tip.message}`; // foreign text: never as HTML
  document.body.append(item);
});
