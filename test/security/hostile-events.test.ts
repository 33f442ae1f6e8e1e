import { describe, expect, it } from 'vitest';
import { maskAnonymous, maskEvent } from '../../src/core/anonymous.ts';
import { maskGiver } from '../../src/stream/mask-giver.ts';
import { toTip } from '../../src/stripchat/index.ts';
import { toTip as twitchTip } from '../../src/twitch/index.ts';
import { nested, timed } from './support.ts';

describe('an event that is made to be slow', () => {
  it('by its depth is masked in the time of its size', () => {
    const text = JSON.stringify(
      nested(
        900,
        Array.from({ length: 50_000 }, () => 1),
      ),
    );
    expect(timed(() => maskAnonymous(text))).toBeLessThan(1500);
    const flagged = JSON.stringify(
      nested(400, { list: Array.from({ length: 5000 }, () => ({ n: 1 })) }, 'a', { isAnon: true }),
    );
    expect(timed(() => maskAnonymous(flagged))).toBeLessThan(1500);
  });

  it('by its names is masked all the same, and shows none of them', () => {
    const names = Array.from({ length: 20_000 }, (_, nth) => `visitor${(nth * 7919).toString(36)}x`);
    const event = { isAnon: true, people: names.map((name) => ({ name })), said: names.map((name) => `hello ${name}`) };
    let masked = '';
    expect(timed(() => (masked = JSON.stringify(maskEvent(event))))).toBeLessThan(1500);
    expect(masked).not.toContain('visitor');
  });

  it('by its names is masked on Twitch, too', () => {
    const top = Array.from({ length: 20_000 }, (_, nth) => ({
      is_anonymous: true,
      user_name: `visitor${(nth * 7919).toString(36)}x`,
      said: `hello visitor${nth}`,
    }));
    const event = { user_name: 'ada', is_anonymous: true, bits: 5, message: 'from visitor7', top };
    let tip: ReturnType<typeof twitchTip>;
    expect(
      timed(() => (tip = twitchTip({ subscription: { type: 'channel.cheer' }, event, message_id: '1' }))),
    ).toBeLessThan(1500);
    expect(JSON.stringify(tip)).not.toContain('visitor');
  });

  it('by a note of megabytes is a tip without a note', () => {
    const note = 'ada '.repeat(1_000_000);
    const event = {
      type: 'tip',
      amount: 5,
      isAnon: true,
      user: { username: 'ada' },
      message: note,
      more: Array.from({ length: 50_000 }, () => 'abc'),
    };
    let tip: ReturnType<typeof toTip>;
    expect(timed(() => (tip = toTip(event)))).toBeLessThan(1500);
    expect(tip).toMatchObject({ amount: 5, tipper: 'Anonymous', message: '' });
  });
});

describe('what the quick way of masking must not lose', () => {
  const flagged = { isAnon: true, user: { username: 'ada_canary' }, note: 'thanks from ada_canary' };
  it.each([
    ['in a list', [{ ok: 1 }, flagged]],
    ['below an event that hides nobody', { events: [{ list: [flagged] }] }],
    ['below a list in a list', { a: [[{ b: [flagged] }]] }],
    [
      'beside one that hides nobody',
      { one: { user: { username: 'grace' } }, list: [{ user: { username: 'grace' } }, flagged] },
    ],
    ['in a text', { error: JSON.stringify({ events: [flagged] }) }],
    [
      'in a text of an event that is masked itself',
      { isAnon: true, user: { username: 'eve_other' }, quoted: JSON.stringify(flagged) },
    ],
  ])('an event %s is masked', (_, value) => {
    expect(JSON.stringify(maskAnonymous(value))).not.toContain('ada_canary');
    expect(String(maskAnonymous(JSON.stringify(value)))).not.toContain('ada_canary');
  });

  it('the same event twice, as a relay may hand it over, is masked twice', () => {
    expect(JSON.stringify(maskAnonymous([flagged, flagged]))).not.toContain('ada_canary');
    expect(JSON.stringify([maskGiver(flagged), maskGiver(flagged)])).not.toContain('ada_canary');
  });
});
