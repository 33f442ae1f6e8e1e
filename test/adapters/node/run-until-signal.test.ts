import { expect, test } from 'vitest';
import { child } from './support.ts';

const held = 'const timer = setInterval(() => {}, 1000);';

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s aborts the signal, waits for the program and exits with 0',
  async (signal) => {
    const running = child(`${held} await runUntilSignal(async (signal) => {
    console.log('ready');
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    await new Promise((resolve) => setTimeout(resolve, 20));
    clearInterval(timer);
    console.log('flushed');
  });`);
    await running.said('ready');
    running.process.kill(signal);
    expect(await running.ended).toMatchObject({ code: 0, signal: null, output: 'ready\nflushed\n' });
  },
);

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('a second %s exits at once with %i', async (signal, code) => {
  const running = child(`${held} await runUntilSignal(async (signal) => {
    signal.addEventListener('abort', () => console.log('stopping'));
    console.log('ready');
    await new Promise(() => {});
  });`);
  await running.said('ready');
  running.process.kill(signal);
  await running.said('stopping');
  running.process.kill(signal);
  expect(await running.ended).toMatchObject({ code, signal: null });
});

test('a program that ends by itself exits with 0 and leaves no listener', async () => {
  const { code, output } = await child(`await runUntilSignal(() => {});
    console.log(process.listenerCount('SIGINT') + process.listenerCount('SIGTERM'));`).ended;
  expect({ code, output }).toEqual({ code: 0, output: '0\n' });
});

test('a program that throws exits with 1, and its error is thrown on', async () => {
  const { code, output } = await child(`await runUntilSignal(async () => { throw new Error('no disk'); })
    .catch((error) => console.log('caught', error.message));`).ended;
  expect({ code, output }).toEqual({ code: 1, output: 'caught no disk\n' });
});

test.each([
  ['the reason of the signal', 'throw signal.reason', 0],
  ["Node's own AbortError", "throw Object.assign(new Error('x'), { name: 'AbortError' })", 0],
  ['another error', "throw new Error('disk full')", 1],
])('after Ctrl-C %s exits with %3$i', async (_, statement, expected) => {
  const running = child(`${held} await runUntilSignal(async (signal) => {
    console.log('ready');
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    clearInterval(timer);
    ${statement};
  });`);
  await running.said('ready');
  running.process.kill('SIGINT');
  expect((await running.ended).code).toBe(expected);
});
