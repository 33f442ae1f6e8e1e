import { describe, expect, it } from 'vitest';
import { checkAddress } from '../../src/core/address.ts';
import { isTipstreamError } from '../../src/core/errors.ts';
import { hrefWithin } from '../../src/core/request.ts';
import { createFollower } from '../../src/stream/follow.ts';
import { onOpenWeb } from '../../src/tiktok/avatars/tiers.ts';
import { joinInfo } from '../../src/tipping/join-info.ts';
import { mayFollow } from '../../src/twitch/eventsub-talk.ts';
import { outcome } from './support.ts';

const origin = 'https://events.example.com';

describe('the next address that an upstream gives', () => {
  it.each([
    'https://evil.example/next',
    'https://events.example.com.evil.example/next',
    'https://events.example.com:8443/next',
    'https://events.example.com@evil.example/next',
    'https://user:pass@events.example.com/next',
    '//evil.example/next',
    '\\\\evil.example\\next',
    'http://events.example.com/next',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'https://169.254.169.254/latest/meta-data',
    'ht\ntps://evil.example/',
    'https://',
  ])('%j leads nowhere: the credential stays where it belongs', (url) => {
    expect(hrefWithin(url, origin)).toBeUndefined();
    const follower = createFollower('demo', origin);
    expect(follower.follow(url)).toBeUndefined();
    expect(
      isTipstreamError(
        outcome(() => follower.check()),
        'UPSTREAM',
      ),
    ).toBe(true);
  });

  it.each(['/next?cursor=1', 'https://events.example.com/next', '?cursor=1', 'https://events.example.com:443/next'])(
    '%j is followed',
    (url) => {
      expect(hrefWithin(url, origin)).toMatch(/^https:\/\/events\.example\.com\//);
    },
  );
});

describe('the address that Twitch gives for a reconnect', () => {
  const configured = 'wss://eventsub.wss.twitch.tv/ws';
  it.each([
    'ws://eventsub.wss.twitch.tv/ws?id=1',
    'wss://evil.example/ws',
    'wss://eventsub.wss.twitch.tv.evil.example/ws',
    'wss://eviltwitch.tv/ws',
    'wss://evil-eventsub.wss.twitch.tv/ws',
    'wss://user@eventsub.wss.twitch.tv/ws',
    'wss://eventsub.wss.twitch.tv@evil.example/ws',
    'wss://127.0.0.1/ws',
    'wss://[::1]/ws',
    'https://eventsub.wss.twitch.tv/ws',
    ' wss://evil.example/ws',
    'w\nss://evil.example/ws',
    '',
  ])('%j is not followed', (url) => {
    expect(mayFollow(url, configured)).toBe(false);
  });

  it.each(['wss://eventsub.wss.twitch.tv/ws?id=1', 'wss://cell-a.eventsub.wss.twitch.tv/ws?id=1'])('%j is', (url) => {
    expect(mayFollow(url, configured)).toBe(true);
  });
});

describe('the address of a picture', () => {
  it.each([
    'https://198.18.0.1/a',
    'https://224.0.0.1/a',
    'https://255.255.255.255/a',
    'https://router.lan/a',
    'https://nas.home.arpa/a',
    'https://wiki.corp/a',
    'https://admin.localhost/a',
    'https://0/a',
    'https://0xa9fea9fe/a',
    'https://169.254.169.254./a',
    'https://[::ffff:169.254.169.254]/a',
    'https://[64:ff9b::a9fe:a9fe]/a',
    'ftp://cdn.example.com/a',
    'gopher://cdn.example.com/a',
  ])('TT-12 %s is not fetched', (url) => {
    expect(onOpenWeb(new URL(url))).toBe(false);
  });
});

describe('what a join of the tipping platform says of media servers', () => {
  it.each(['javascript:alert(1)', 'http://169.254.169.254/', 'turn', 'data:text/html,x', '//evil.example', ''])(
    'TP-27 %j is no server: RTCPeerConnection would throw',
    (url) => {
      expect(
        joinInfo({ sfu: { ice_servers: [url, { urls: url }, { urls: [url, 'turn:a'] }] } }).sfu.ice_servers,
      ).toEqual([{ urls: ['turn:a'] }]);
    },
  );

  it.each(['stun:a', 'stuns:a', 'turn:a', 'TURNS:a'])('TP-27 %j is one', (urls) => {
    expect(joinInfo({ iceServers: [urls] }).sfu.ice_servers).toEqual([{ urls }]);
  });
});

describe('an address of the app', () => {
  it.each([
    'http://api.example.com',
    'ftp://api.example.com',
    'https://{host}.example.com',
    'https://a:b@api.example.com',
  ])('%s is CONFIG before a credential leaves', (address) => {
    expect(
      isTipstreamError(
        outcome(() => checkAddress('demo', address)),
        'CONFIG',
      ),
    ).toBe(true);
  });
});
