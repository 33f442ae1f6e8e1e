import { describe, expect, it } from 'vitest';
import { TipstreamError } from '../../src/core/errors.ts';
import { nothingLeft } from '../../src/twitch/eventsub-letters.ts';

const cheer = { key: 'channel.cheer', type: 'channel.cheer', version: '1', condition: { broadcaster_user_id: '1234' } };

describe('the letter for a stream to which nothing will ever come', () => {
  it('ES-17 repeats why the first subscription was refused', () => {
    const error = new TipstreamError({
      code: 'VALIDATION',
      message: 'twitch eventsub.subscribe: 400, bad condition',
      status: 400,
    });
    expect(nothingLeft([{ topic: cheer, error }])).toMatchObject({
      code: 'VALIDATION',
      fatal: true,
      status: 400,
      message: expect.stringContaining('nothing could be subscribed to: twitch eventsub.subscribe: 400, bad condition'),
    });
  });

  it('ES-17 says that every subscription was taken away, where none was refused', () => {
    expect(nothingLeft([])).toMatchObject({
      code: 'PERMISSION',
      fatal: true,
      message: expect.stringContaining('every subscription was taken away'),
    });
  });
});
