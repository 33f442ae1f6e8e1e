/** What is imported and weighed: the same list for both, so that who is small and who is quick can be seen together. */
export interface Program {
  what: string;
  code: string;
  ours?: true;
  /** What a peer does of what ours do. */
  note?: string;
  /** Does not run in a page. */
  node?: true;
}

const all = (...names: string[]): string => names.map((name, n) => `import * as m${n} from '${name}';`).join('');
const use = (count: number): string => `console.log(${Array.from({ length: count }, (_, n) => `m${n}`).join(', ')});`;
const whole = (what: string, names: string[], more: Omit<Program, 'what' | 'code'> = {}): Program => ({
  what,
  code: all(...names) + use(names.length),
  ...more,
});

export const programs: readonly Program[] = [
  whole('`tipstream`', ['tipstream'], { ours: true, note: 'streams, every operator, errors, money; no platform' }),
  whole('`tipstream/chaturbate`', ['tipstream/chaturbate'], { ours: true, note: 'a client, its streams, ky within' }),
  whole('`tipstream/twitch`', ['tipstream/twitch'], {
    ours: true,
    note: 'Helix, tokens, EventSub, the proxy, ky within',
  }),
  {
    what: '`tipstream/twitch`, `createTwitch` alone',
    code: "import { createTwitch } from 'tipstream/twitch'; console.log(createTwitch);",
    ours: true,
    note: 'Helix, tokens, EventSub, every answer checked',
  },
  whole('`tipstream/tipping`', ['tipstream/tipping'], { ours: true, note: '32 calls, sessions, sockets' }),
  whole('ky', ['ky'], { note: 'requests' }),
  whole('ky, zod, eventemitter3', ['ky', 'zod', 'eventemitter3'], {
    note: 'requests, schemas, events: to build such a client by hand',
  }),
  whole('openapi-fetch', ['openapi-fetch'], { note: 'requests, without retry and time limit' }),
  whole('axios', ['axios'], { note: 'requests, without retry' }),
  whole('got', ['got'], { note: 'requests', node: true }),
  whole('@octokit/core', ['@octokit/core'], { note: 'requests, without retry' }),
  whole('@octokit/core, retry, throttling', ['@octokit/core', '@octokit/plugin-retry', '@octokit/plugin-throttling'], {
    note: 'requests',
  }),
  whole('openai', ['openai'], { note: 'a typed client' }),
  whole('@twurple/api, auth', ['@twurple/api', '@twurple/auth'], {
    note: 'Helix, tokens, no answer checked, no time limit',
  }),
  whole('@twurple/api, auth, eventsub-ws', ['@twurple/api', '@twurple/auth', '@twurple/eventsub-ws'], {
    note: 'Helix, tokens, EventSub, no answer checked, no time limit',
  }),
];
