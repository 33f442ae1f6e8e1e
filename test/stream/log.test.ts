import { expect, test } from 'vitest';
import { createLog } from '../../src/stream/log.ts';
import { testClock } from '../support/clock.ts';

test('EV-35 a line names the platform and the time; a level that the logger lacks is silent', () => {
  const lines: string[] = [];
  const log = createLog('camsoda', testClock(), { warn: (line) => void lines.push(line) });
  log('warn', 'slow');
  log('info', 'well');
  createLog('camsoda', testClock(), false)('error', 'silence');
  expect(lines).toEqual(['[camsoda] [20:00:00] slow']);
});

test('delivery-6 a logger that throws disturbs nobody', () => {
  const log = createLog('camsoda', testClock(), {
    error() {
      throw new Error('disk full');
    },
  });
  expect(log('error', 'no')).toBeUndefined();
});
