import { describe, expect, it, vi } from 'vitest';
import { connect } from '../../src/core/client.ts';
import { consoleLogger, line, plainLogger } from '../../src/core/logger.ts';
import { failure } from '../support/failure.ts';
import { json, startServer } from '../support/server.ts';
import { canary, demo } from './fixture.ts';

describe('a logger', () => {
  it('EV-35 writes lines of one form', () => {
    expect(line('demo', Date.UTC(2026, 0, 1, 9, 5, 7), 'listening')).toBe('[demo] [09:05:07] listening');
  });

  it('EV-35 writes one line, whatever the text holds', () => {
    expect(line('demo', 0, 'a\u001b]0;x\u0007\nfake line\u202e')).toBe('[demo] [00:00:00] a ]0;x fake line ');
  });

  it.each([
    '{"isAnon":true,"message":"love, hush_name","username":"hush_name"',
    '{"isAnon":true,"username":"\\u0068ush_name"',
    ' [{"isAnon":true,"username":"hush_name"}',
  ])('EV-46 of a body that was cut off, only the length is shown: %s', (text) => {
    expect(consoleLogger('debug').body?.(text)).toBe(`(${text.length} characters, cut off)`);
  });

  it('writes warnings and errors to the console, more on request', () => {
    const spies = (['debug', 'info', 'warn', 'error'] as const).map((level) =>
      vi.spyOn(console, level).mockImplementation(() => {}),
    );
    for (const logger of [plainLogger(), consoleLogger(), consoleLogger('info')])
      for (const level of ['debug', 'info', 'warn', 'error'] as const) logger[level]?.(level);
    expect(spies.map(({ mock }) => mock.calls.length)).toEqual([0, 1, 3, 3]);
  });

  it('EV-46 debug shows every answer, without a secret and without the name behind an anonymous tip', async () => {
    const bodies = [
      { isAnon: true, username: 'hush_name', tokens: 5, token: 'hush-token-1' },
      { from_user: { username: 'seen_name' }, isAnon: false, note: `my ${canary}` },
    ];
    const server = await startServer(({ nth }) =>
      nth <= 2 ? json(bodies[nth - 1]) : { body: '{"isAnon":true,"username":"hush_name"' },
    );
    const lines: string[] = [];
    const logger = { ...consoleLogger('debug'), debug: (text: string) => void lines.push(text) };
    const client = connect(demo, { baseUrl: server.url, logger }, { credential: canary });
    await client.plain();
    await client.plain();
    await failure(client.plain());
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^\[demo\] \[\d\d:\d\d:\d\d\] plain: 200 .*"tokens":5/);
    expect(lines[1]).toContain('seen_name');
    for (const secret of ['hush_name', 'hush-token-1', canary]) expect(lines.join()).not.toContain(secret);
  });

  it('EV-35 debug changes nothing: a body nested too deep arrives, and so does one whose logger throws', async () => {
    const deep = `{"user":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
    const server = await startServer(() => ({ body: deep, headers: { 'content-type': 'application/json' } }));
    const fails = (): never => {
      throw new Error('full');
    };
    for (const logger of [
      { ...consoleLogger('debug'), debug: () => {} },
      { debug: () => {}, body: fails },
      { debug: fails },
    ]) {
      const client = connect(demo, { baseUrl: server.url, logger }, { credential: canary });
      expect(await client.plain()).toHaveProperty('user');
    }
  });

  it('EV-46 a logger that cannot mask gets no bodies', async () => {
    const server = await startServer(() => json({ username: 'hush_name' }));
    const lines: string[] = [];
    const client = connect(demo, { baseUrl: server.url, logger: { debug: (text) => void lines.push(text) } });
    await client.plain();
    expect(lines).toEqual([expect.stringMatching(/plain: 200 $/)]);
  });
});
