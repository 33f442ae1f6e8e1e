import { expect, it } from 'vitest';
import { parseDirective } from '../../src/mock/directive.ts';

it.each([
  ['', {}],
  ['evening', {}],
  ['quiet', { quiet: true }],
  ['empty', { empty: true }],
  ['format:2', { format: '2' }],
  ['404', { fault: { kind: 'status', status: 404 } }],
  ['status:500', { fault: { kind: 'status', status: 500 } }],
  ['429', { fault: { kind: 'rate-limit', hint: 'seconds', seconds: 1 } }],
  ['rate-limit:body:0.5', { fault: { kind: 'rate-limit', hint: 'body', seconds: 0.5 } }],
  ['slow:300', { fault: { kind: 'slow', ms: 300 } }],
  ['latency', { fault: { kind: 'latency', ms: 12_000 } }],
  ['format:A, reset', { format: 'A', fault: { kind: 'reset' } }],
])('EV-32 reads the scenario `%s`', (text, directive) => {
  expect(parseDirective(text)).toEqual(directive);
});

it.each([
  'nonsense',
  '99',
  '999',
  'status',
  'status:abc',
  '429:whenever',
  'format',
  'slow:soon',
  'latency:-1',
  '429:body:x',
  'html:1',
])('refuses `%s` and says what is known', (text) => {
  expect(() => parseDirective(text)).toThrow(`mock: "${text}" is no scenario; known are`);
});
