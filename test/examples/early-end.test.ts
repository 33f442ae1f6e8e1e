import { expect, it } from 'vitest';
import { runNode } from '../support/program.ts';
import { root } from '../support/source.ts';

/** Presses Ctrl-C as soon as the program listens for it. */
const impatient = `data:text/javascript,${encodeURIComponent(`
  const timer = setInterval(() => {
    if (process.listenerCount('SIGINT') === 0) return;
    clearInterval(timer);
    process.emit('SIGINT');
  });
`)}`;

it.each(['webhook', 'overlay'])('%s ends by one Ctrl-C, also while it still begins', async (name) => {
  const file = `docs/examples/${name}.ts`;
  const program = runNode(['--conditions=tipstream-source', `--import=${impatient}`, file, '0'], { cwd: root });
  const late = new Promise((resolve) => setTimeout(() => resolve('it goes on'), 10_000));
  expect(await Promise.race([program.ended, late])).toBe(0);
});
