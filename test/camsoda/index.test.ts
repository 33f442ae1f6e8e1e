import { expect, it } from 'vitest';
import * as entry from '../../src/camsoda/index.ts';

it('EV-42 the entry of Camsoda is a client and a normaliser', () => {
  expect(Object.keys(entry).sort()).toEqual(['createCamsoda', 'toTip']);
});
