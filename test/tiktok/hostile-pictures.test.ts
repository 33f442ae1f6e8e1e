import { describe, expect, it } from 'vitest';
import { onOpenWeb } from '../../src/tiktok/avatars/tiers.ts';

describe('an address that a profile gave', () => {
  it.each([
    'https://10.0.0.1/a',
    'https://192.168.1.1/a',
    'https://169.254.169.254/latest/meta-data',
    'https://metadata.google.internal/a',
    'https://metadata.google.internal./a',
    'https://printer.local./a',
    'https://[::ffff:10.0.0.1]/a',
    'https://[fd00::1]/a',
    'https://[::]/a',
    'https://0x0a000001/a',
    'https://167772161/a',
    'https://intranet/a',
    'https://intranet./a',
    'https://mira@cdn.example.com/a',
    'https://:secret@cdn.example.com/a',
    'https://localhost./a',
    'http://cdn.example.com/a',
  ])('TT-12 %s is not fetched', (url) => {
    expect(onOpenWeb(new URL(url))).toBe(false);
  });

  it.each(['https://10.example.com/a', 'https://p16-sign.tiktokcdn.com/a.webp', 'https://cdn.example.com:8443/a'])(
    'TT-12 %s is fetched',
    (url) => {
      expect(onOpenWeb(new URL(url))).toBe(true);
    },
  );
});
