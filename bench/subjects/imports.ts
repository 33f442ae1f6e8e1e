/** Importing in a new process, and importing until the first answer came. */
import { spawnSync } from 'node:child_process';
import { buildPackage } from '../built.ts';
import { place } from '../peers.ts';
import { programs as all } from '../programs.ts';
import type { Outcome } from '../report.ts';
import { beside, spreadOf } from '../samples.ts';
import { serve } from '../serve.ts';
import { thorough } from '../turns.ts';

/** A program that takes one name of a module loads all of it. */
const programs = all.filter(({ code }) => code.startsWith('import *'));

/** Milliseconds of a processor and MiB of memory that a new process used when it came to the end of `code`. */
function run(code: string): { time: number; memory: number } {
  const end =
    'const u=process.cpuUsage();process.stderr.write(JSON.stringify({time:(u.user+u.system)/1000,memory:process.memoryUsage().rss/2**20})+"\\n");process.exit()';
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', `${code}\n;${end}`], {
    cwd: place,
    encoding: 'utf8',
  });
  const last = stderr.trim().split('\n').at(-1) ?? '';
  if (!last.startsWith('{')) throw new Error(`${code} failed: ${stderr}`);
  return JSON.parse(last);
}

/** What is beyond an empty process, round by round. */
function beyondEmpty(codes: readonly string[], rounds: number) {
  const results = codes.map(() => ({ times: [] as number[], memories: [] as number[] }));
  for (let round = 0; round < rounds; round += 1) {
    const empty = run('');
    for (const [index, code] of codes.entries()) {
      const { time, memory } = run(code);
      results[index]?.times.push(time - empty.time);
      results[index]?.memories.push(memory - empty.memory);
    }
  }
  return results;
}

const calls = (host: string): Record<string, string> => ({
  ours: `import { createTwitch } from 'tipstream/twitch';
    const client = createTwitch({ baseUrl: 'http://${host}', clientId: 'benchclient', token: 'not-a-secret-token', logger: false });
    const { items } = await client.users({ ids: ['1'] });
    if (!items.length) throw new Error('no user');`,
  twurple: `import { ApiClient } from '@twurple/api'; import { StaticAuthProvider } from '@twurple/auth';
    const send = globalThis.fetch;
    globalThis.fetch = (url, init) => String(url).endsWith('/validate')
      ? Promise.resolve(new Response('{"client_id":"benchclient","user_id":"1","login":"juno","scopes":[],"expires_in":5000000}'))
      : send('http://${host}/users?id=1', init);
    const client = new ApiClient({ authProvider: new StaticAuthProvider('benchclient', 'not-a-secret-token', []) });
    const users = await client.users.getUsersByIds(['1']);
    if (!users.length) throw new Error('no user');`,
  fetch: `const users = (await (await fetch('http://${host}/users?id=1')).json()).data;
    if (!users.length) throw new Error('no user');`,
});

export async function imports(): Promise<Outcome> {
  buildPackage();
  const rounds = thorough.processes > 1 ? 9 : 5;
  // What is bound to a name that nobody uses would be loaded all the same.
  const loaded = beyondEmpty(
    programs.map(({ code }) => code.replace(/console\.log.*$/, '')),
    rounds,
  );
  const at = (what: string): readonly number[] => loaded[programs.findIndex((one) => one.what === what)]?.times ?? [];
  const peer = at('@twurple/api, auth');
  const served = await serve();
  const codes = calls(served.host);
  const asked = beyondEmpty(Object.values(codes), rounds);
  served.stop();
  const [ours = [], theirs = []] = asked.map(({ times }) => times);
  const named = [
    '**`tipstream/twitch`, `users`**',
    '@twurple/api and auth, `getUsersByIds`',
    "Node's `fetch`, and nothing beside it",
  ];
  const row = (what: string, times: readonly number[], memories: readonly number[], base: readonly number[]) => [
    what,
    spreadOf(times).median.toFixed(1),
    `${spreadOf(times).low.toFixed(1)} to ${spreadOf(times).high.toFixed(1)}`,
    beside(times, base).value.toFixed(2),
    spreadOf(memories).median.toFixed(1),
  ];
  const head = ['', 'ms', 'quartiles', 'times @twurple/api, auth', 'MiB'];
  const text =
    'Processor time and memory of a new process, beyond those of an empty one. Ours is the package as it would be published.';
  return {
    tables: [
      {
        heading: 'Importing',
        text,
        head,
        rows: programs.map(({ what, ours: mine }, index) =>
          row(mine ? `**${what}**` : what, loaded[index]?.times ?? [], loaded[index]?.memories ?? [], peer),
        ),
      },
      {
        heading: 'From nothing to the first answer',
        text: 'A new process imports, makes a client and asks for a user, over a connection to a server of its own machine.',
        head: head.with(3, 'times twurple'),
        rows: named.map((what, index) => row(what, asked[index]?.times ?? [], asked[index]?.memories ?? [], theirs)),
      },
    ],
    goals: [
      {
        what: 'importing a platform, beside @twurple/api and auth',
        measured: beside(at('`tipstream/chaturbate`'), peer).value,
        limit: 0.1,
        done: 'ky and ws are loaded with the first request and the first socket, as touching `Request` alone costs more than all of ours; what the platforms share stands in few files, and mock and adapters share none of them',
      },
      {
        what: 'importing and the first answer, beside the same by twurple',
        measured: beside(ours, theirs).value,
        limit: 0.6,
        done: 'more than half of it is `fetch` itself, and much of the rest the loading of ky; answers are read by hand, so no zod is loaded',
      },
    ],
  };
}
