import { describe, expect, it } from 'vitest';
import { eventId, mask, readTip, toTip } from '../../src/tipping/normalize.ts';
import { KnownEvent, Tip } from '../../src/tipping/schemas.ts';
import { fixtures } from '../support/fixtures.ts';
import { context } from '../support/verdict.ts';

const read = (event: unknown, more = {}) => readTip(event, { ...context, ...more });
const tips = fixtures('tipping/tips');

describe('a tip of the tipping platform', () => {
  it('TP-31 XS-10 EV-1 is a uniform tip, with the name that the socket says and the time in seconds', () => {
    expect(read(tips.socket)).toEqual({
      platform: 'tipping',
      amount: 25,
      tipper: 'quiet_grace',
      message: 'a song, please',
      timestamp: 1767225600,
      id: 'tipping:room_of_mira:tip-1',
      unit: 'token',
      anonymous: false,
      channel: 'room_of_mira',
    });
    expect(KnownEvent.safeParse(tips.socket).success && Tip.safeParse(tips.rest).success).toBe(true);
  });

  it('TP-31 of REST has only the id of whoever gave it, so that stays the name', () => {
    expect(read(tips.rest)).toMatchObject({
      amount: 100,
      tipper: 'quiet_grace',
      tipperId: 'quiet_grace',
      message: '',
      timestamp: 1767225601,
      id: 'tipping:room_of_mira:tip-3',
    });
  });

  it('TP-31 is from Anonymous where nobody is named', () => {
    const named = (from_user: unknown) => read({ type: 'tip_received', tip: { id: 'a', from_user, tokens: 1 } });
    for (const none of [undefined, null, '', 5, {}]) expect(named(none)).toMatchObject({ tipper: 'Anonymous' });
  });

  it('TP-32 says that it is private, and withholds its message unless that is asked for', () => {
    expect(read(tips.private)).toMatchObject({ message: '', meta: { private: true } });
    expect(read(tips.private, { includePrivate: true })).toMatchObject({
      message: 'only for you',
      meta: { private: true },
    });
    expect(toTip(tips.private)).toMatchObject({ message: '' });
    expect(toTip(tips.private, { includePrivate: true })).toMatchObject({ message: 'only for you' });
    expect(read(tips.socket)).not.toHaveProperty('meta');
    expect(JSON.stringify(mask(tips.private))).not.toContain('only for you');
    expect(mask(tips.socket)).toBe(tips.socket);
    expect(mask({ id: 'x', tokens: 1, message: 'secret words', is_private: true })).toMatchObject({ message: '' });
  });

  it('TP-28 is nothing for another event, and a report for what cannot be read', () => {
    expect(read({ type: 'viewer_joined', viewer: { user_id: 'a', display_name: 'b' } })).toBeUndefined();
    expect(read({ type: 'poll_opened', tip: { tokens: 5 } })).toBeUndefined();
    expect(read({ type: 'tip_received', tip: { tokens: '25' } })).toMatchObject({ invalid: 'wrong type for amount' });
    expect(read('text')).toMatchObject({ invalid: 'wrong type for event' });
    expect(() => toTip({ type: 'tip_received' })).toThrow('tipping event: amount missing');
  });

  it('TP-44 has an opaque id, the same however the tip came', () => {
    const rest = {
      id: 'uuid',
      stream_id: 's',
      from_user_id: 'a',
      to_user_id: 'b',
      tokens: 5,
      created_at: '2026-01-01T00:00:00Z',
    };
    const socket = {
      type: 'tip_received',
      stream_id: 's',
      tip: { id: 'uuid', from_user: 'A', tokens: 5 },
      timestamp: '2026-01-01T00:00:00Z',
    };
    expect(eventId(rest)).toBe('uuid');
    expect(eventId(socket)).toBe('uuid');
    expect(toTip(rest)?.id).toBe(toTip(socket)?.id);
  });
});
