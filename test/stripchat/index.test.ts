import { expect, it } from 'vitest';
import * as entry from '../../src/stripchat/index.ts';

it('EV-42 the entry of Stripchat is a client and a normaliser', () => {
  expect(Object.keys(entry).sort()).toEqual(['createStripchat', 'toTip']);
});
