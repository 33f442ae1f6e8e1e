/**
 * What the reference adds to typedoc: every name stands under the task that it is for, so that somebody who looks for "a goal" finds it beside `tally`
 * and not under "Functions". In the front door the file says which task that is, elsewhere the name does. Loaded by typedoc.json, which
 * has their order.
 */
import { readFileSync } from 'node:fs';
import {
  type Application,
  Comment,
  CommentTag,
  Converter,
  type DeclarationReflection,
  IndexEvent,
  JSX,
  ReflectionKind,
} from 'typedoc';

/** The tasks of the front door, and the files whose names belong to them. */
const tasks: readonly [task: string, files: RegExp][] = [
  ['Tips', /stream\/(tip-event|tip-wire|validate|worth|test-tip|views)\./],
  ['Streams and composing', /stream\/(event-stream|merge|operators|batch|dedupe|goal|tally)\./],
  ['Sources of your own', /stream\/(source|poll|push)/],
  ['Tips in a page', /stream\/(serve|from-url)/],
  ['Delivery and checkpoints', /stream\/checkpoint/],
  ['Errors', /core\/error/],
  [
    'Clients and calls',
    /core\/(auth|caller|client|endpoint|options|page|reader|verify)\.|stream\/(tip-client|contract)/,
  ],
  ['Limits and caching', /limit|cache|tiered|connection/],
  ['Logs and telemetry', /core\/(telemetry|logger)/],
  ['Time and chance', /core\/time\./],
];

/** What each file of package.json's exports is imported as: `src/adapters/node.ts` is `tipstream/node`. */
function importNames(): Map<string, string> {
  const { exports }: { exports: Record<string, { 'tipstream-source'?: string }> } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  );
  const names = Object.entries(exports).map(
    ([path, { 'tipstream-source': file = '' }]) => [file.slice(2), `tipstream${path.slice(1)}`] as const,
  );
  return new Map(names);
}

/** What an import is for. */
const shelves: readonly [shelf: string, modules: RegExp][] = [
  ['The front door', /^tipstream$/],
  ['Platforms', /\/(chaturbate|stripchat|camsoda|twitch|tiktok|tipping|anilibria)$/],
  ['Tests without a network', /\/mock/],
  ['What was kept', /\/schemas$/],
  ['Servers', /./],
];

/** What somebody wants who looks for a name of a platform or an adapter. */
function taskOf({ name, kind }: DeclarationReflection, module: string): string {
  const own = module.split('/')[1] ?? '';
  const main = new RegExp(`^(create)?${own.replaceAll('-', '')}(options)?$`, 'i');
  if (kind & ReflectionKind.Function && /^(create|clients|tips|serve|handlers)|Handler$/.test(name))
    return 'Begin here';
  if (main.test(name) || /^(MockServer|Mock|MockServerOptions|MockOptions)$/.test(name)) return 'Begin here';
  if (/Schema$/.test(name) && kind & ReflectionKind.Variable) return 'Begin here';
  if (kind & (ReflectionKind.Function | ReflectionKind.Variable | ReflectionKind.Class)) return 'More to call';
  if (/Fault|FailOptions|^Hint$/.test(name)) return 'Failures on request';
  if (/Controls$|Switches$/.test(name)) return 'See and do at a platform';
  return /(Options|Input|Settings)$/.test(name) ? 'What goes in' : 'What comes out';
}

function putUnder(reflection: DeclarationReflection, category: string): void {
  reflection.comment ??= new Comment();
  reflection.comment.blockTags.push(new CommentTag('@category', [{ kind: 'text', text: category }]));
}

/** The guides stand open for whoever comes for the first time; afterwards the page remembers. */
const open = ['The first hour', 'When it counts', 'Going live']
  .map((name) => `localStorage['tsd-accordion-${name}'] ??= 'true';`)
  .join('');

export function load(app: Application): void {
  app.renderer.hooks.on('head.end', () =>
    JSX.createElement(JSX.Raw, {
      html: `<script>try{${open}}catch{}</script><meta name="color-scheme" content="light dark">`,
    }),
  );
  // Whoever searches "checkpoint" wants the guide, and the option once, not from every platform that has it.
  app.renderer.on(IndexEvent.PREPARE_INDEX, (index) => {
    index.searchFieldWeights.document = 8;
    for (let at = index.searchResults.length - 1; at >= 0; at -= 1)
      if (index.searchResults[at]?.flags.isInherited) index.removeResult(at);
  });
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    const names = importNames();
    for (const module of project.children ?? []) {
      module.name = names.get(project.getSymbolIdFromReflection(module)?.packagePath ?? '') ?? module.name;
      putUnder(module, shelves.find(([, names]) => names.test(module.name))?.[0] ?? '');
      for (const child of module.children ?? []) {
        const file = project.getSymbolIdFromReflection(child)?.packagePath ?? '';
        const task =
          module.name === 'tipstream' ? tasks.find(([, files]) => files.test(file))?.[0] : taskOf(child, module.name);
        if (task) putUnder(child, task);
        else
          app.logger.warn(`${child.name} of ${file} stands under no task; give its file one in scripts/reference.ts`);
      }
    }
  });
}
