import { expect, it } from 'vitest';
import * as entry from '../../src/chaturbate/index.ts';

it('EV-42 the entry of Chaturbate is a client and a normaliser', () => {
  expect(Object.keys(entry).sort()).toEqual(['createChaturbate', 'toTip']);
});
