import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { testTip, validateNormalizedEvent } from '../../src/index.ts';
import { createMockServer, type MockServerOptions } from '../../src/mock/index.ts';
import { type Program, runNode } from '../support/program.ts';
import { json, startServer } from '../support/server.ts';
import { root } from '../support/source.ts';

/** A room of each platform, as the variables name it. */
const contract = (...platforms: string[]) =>
  platforms.map((platform) => ({ platform, dialect: 'contract' as const, channel: 'mira' }));

/** An evening of the cam platforms that is over as soon as somebody asks. */
async function evening(options: MockServerOptions = {}) {
  const rooms = contract('chaturbate', 'stripchat', 'camsoda');
  const pace = Number.POSITIVE_INFINITY;
  const mock = await createMockServer({ port: 0, seed: 7, pace, limit: 20, backlog: 0, rooms, ...options });
  onTestFinished(() => mock.close());
  return mock;
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'tipstream-example-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Seconds from one question to the next. */
const soon = { CHATURBATE_POLL_INTERVAL: '0.05', STRIPCHAT_POLL_INTERVAL: '0.05', CAMSODA_POLL_INTERVAL: '0.05' };

/** Runs a program of docs/examples. */
const run = (
  name: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string | undefined>> = {},
): Program =>
  runNode(['--conditions=tipstream-source', `docs/examples/${name}.ts`, ...args], {
    cwd: root,
    env: { ...soon, ...env },
  });

describe('the example', () => {
  it('alert-queue shows one alert after the other', async () => {
    const mock = await evening();
    const program = run('alert-queue', ['1'], mock.env);
    await program.printed(40);
    expect(program.lines.filter((_line, index) => index % 2 === 1).every((line) => line === '<')).toBe(true);
    expect(
      program.lines.filter((_line, index) => index % 2 === 0).every((line) => /^> \S+ gave \d+ tokens?/.test(line)),
    ).toBe(true);
    expect(await program.end()).toBe(0);
  }, 30_000);

  it('ar-filter gives each tip the largest effect that is not resting', async () => {
    const mock = await evening();
    const program = run('ar-filter', [], mock.env);
    await program.printed(20);
    const shown = program.lines.map((line) => JSON.parse(line));
    const least: Record<string, number> = { confetti: 200, crown: 50, hearts: 1 };
    expect(shown.filter(({ effect, amount }) => amount < (least[effect] ?? Number.NaN))).toEqual([]);
    expect(new Set(shown.map(({ effect }) => effect))).toContain('hearts');
    expect(await program.end()).toBe(0);
  }, 30_000);

  it('toy-menu answers every tip with a pattern, and comes to rest when it is ended', async () => {
    const mock = await evening();
    const program = run('toy-menu', ['100000'], mock.env);
    await program.printed(40);
    const strengths = program.lines.filter((line) => line.startsWith('strength')).map((line) => Number(line.slice(9)));
    expect(strengths.filter((strength) => strength < 1 || strength > 20)).toEqual([]);
    expect(await program.end()).toBe(0);
    expect(program.lines.at(-1)).toBe('strength 0');
  }, 30_000);

  it('ledger has every tip, also after it was killed; what has no id of its own comes twice at most a page per kill', async () => {
    const [kills, pageSize] = [3, 4];
    const mock = await evening({
      limit: 36,
      pageSize,
      handOut: 'asked-again',
      platforms: ['chaturbate'],
      rooms: contract('chaturbate'),
    });
    const place = folder();
    for (let kill = 1; kill <= kills; kill += 1) {
      const program = run('ledger', [place], mock.env);
      await program.printed(4 * kill);
      await program.end('SIGKILL');
    }
    const last = run('ledger', [place], mock.env);
    const database = new DatabaseSync(join(place, 'tips.sqlite'));
    const read = database.prepare('SELECT platform, amount, tipper FROM tips');
    const missing = (): unknown[] => {
      const booked = read.all().map((row) => JSON.stringify(row));
      return mock.script(36).filter(({ platform, amount, tipper }) => {
        const at = booked.indexOf(JSON.stringify({ platform, amount, tipper }));
        if (at >= 0) booked.splice(at, 1);
        return at < 0;
      });
    };
    await expect.poll(missing, { timeout: 40_000 }).toEqual([]);
    expect(await last.end()).toBe(0);
    expect(read.all().length).toBeLessThanOrEqual(36 + kills * pageSize);
    database.close();
  }, 60_000);

  it('ledger that cannot write a row says so and ends, and the row is written when it is started again', async () => {
    const mock = await evening({ limit: 8, platforms: ['chaturbate'], rooms: contract('chaturbate') });
    const place = folder();
    const database = new DatabaseSync(join(place, 'tips.sqlite'));
    // Full after the first row, whoever is faster.
    database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA busy_timeout = 5000;
      CREATE TABLE tips (
        id TEXT PRIMARY KEY, platform TEXT, channel TEXT, tipper TEXT, amount REAL, unit TEXT, message TEXT, at REAL
      ) STRICT;
      CREATE TRIGGER full BEFORE INSERT ON tips WHEN (SELECT count(*) FROM tips) > 0
      BEGIN SELECT RAISE(ABORT, 'full'); END
    `);
    const program = run('ledger', [place], mock.env);
    expect(await program.ended).toBe(1);
    expect(database.prepare('SELECT count(*) AS n FROM tips').get()?.n).toBe(1);
    database.exec('DROP TRIGGER full');
    const again = run('ledger', [place], mock.env);
    const booked = () => database.prepare('SELECT count(*) AS n FROM tips').get()?.n;
    await expect.poll(booked, { timeout: 20_000 }).toBe(8);
    expect(await again.end()).toBe(0);
    database.close();
  }, 40_000);

  it('goal counts on where it stopped', async () => {
    const mock = await evening({ limit: 10 });
    const store = join(folder(), 'goal.json');
    const first = run('goal', ['40'], { ...mock.env, GOAL_STORE: store });
    await first.printed(/with 10 tips/);
    expect(await first.end()).toBe(0);
    const rates: Record<string, number> = { chaturbate: 0.05, stripchat: 0.05, camsoda: 0.04 };
    const sum = mock.script(10).reduce((all, { platform, amount }) => all + amount * (rates[platform] ?? 0), 0);
    expect(first.lines.at(-1)).toContain(`${sum.toFixed(2)} of 40 with 10 tips`);
    const second = run('goal', ['40'], { ...mock.env, GOAL_STORE: store });
    expect(await second.printed(1)).toBe(first.lines.at(-1));
    expect(await second.end()).toBe(0);
  }, 30_000);

  it('bot thanks, and says who leads', async () => {
    const where = { dialect: 'real', channel: 'mira' } as const;
    const rooms = [{ platform: 'chaturbate', ...where }];
    const room = await evening({ scenario: 'quiet', platforms: ['chaturbate'], rooms });
    const program = run('bot', [], {
      CHATURBATE_USERNAME: 'mira',
      CHATURBATE_TOKEN: 'not-a-secret-token',
      CHATURBATE_URL: room.url,
    });
    // What happened before it listened is backlog, which a bot passes over.
    let guests = 0;
    const greeted = (): number => {
      guests += 1;
      room.tip('chaturbate', { ...where, amount: 1, tipper: `guest_${guests}` });
      return program.lines.length;
    };
    await expect.poll(greeted, { timeout: 20_000, interval: 200 }).toBeGreaterThan(0);
    room.tip('chaturbate', { ...where, amount: 30, tipper: 'ada_l' });
    room.tip('chaturbate', { ...where, amount: 50, tipper: 'ben_m' });
    await program.printed(/Thank you for 50 tokens, ben_m!/);
    room.emit(
      'chaturbate',
      {
        id: `${Date.now()}-9`,
        method: 'chatMessage',
        object: { broadcaster: 'mira', user: { username: 'ada_l' }, message: { message: '!top' } },
      },
      where,
    );
    expect(await program.printed(/leads/)).toBe('ben_m leads with 50 tokens');
    expect(await program.end()).toBe(0);
  }, 30_000);

  it('own-platform polls what nobody knows, and goes on where it stopped', async () => {
    const all = [1, 2, 3, 4, 5].map((number) => ({
      number,
      euros: number + 0.5,
      donor: number === 3 ? null : `donor-${number}`,
      note: 'for the cats',
      at: '2026-01-01T20:00:00Z',
    }));
    let known = 3;
    const server = await startServer(({ nth, query }) => {
      if (nth === 2) return { status: 500 };
      return json(all.slice(Number(query.get('after')), known));
    });
    const place = join(folder(), 'place.json');
    const first = run('own-platform', [server.url, place, '0.05']);
    await first.printed(3);
    expect(await first.end()).toBe(0);
    known = 5;
    const second = run('own-platform', [server.url, place, '0.05']);
    await second.printed(2);
    expect(await second.end()).toBe(0);
    const tips = [...first.lines, ...second.lines].map((line) => JSON.parse(line));
    for (const tip of tips) expect(validateNormalizedEvent(tip)).toBe(true);
    expect(tips.map(({ amount, tipper }) => [amount, tipper])).toEqual([
      [1.5, 'donor-1'],
      [2.5, 'donor-2'],
      [3.5, 'Anonymous'],
      [4.5, 'donor-4'],
      [5.5, 'donor-5'],
    ]);
  }, 30_000);

  it('webhook answers 200 when the tip was taken, and tells a re-delivery to nobody', async () => {
    const program = run('webhook', ['0']);
    const { port } = JSON.parse((await program.printed(/^listening/)).slice('listening on '.length));
    const deliver = async (body: unknown): Promise<number> => {
      const { status } = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: JSON.stringify(body) });
      return status;
    };
    const tip = testTip({ platform: 'shop', id: 'shop:-:1', amount: 5, unit: 'EUR', tipper: 'ada_l' });
    expect([await deliver(tip), await deliver(tip), await deliver({ amount: 'many' })]).toEqual([200, 200, 400]);
    expect(program.lines.filter((line) => line.includes('gave'))).toEqual(['ada_l gave 5 EUR']);
    expect(await program.end()).toBe(0);
  }, 30_000);
});
