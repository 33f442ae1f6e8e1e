/**
 * An evening of tips from three platforms as one stream: live in a terminal, a line a tip where the output is none, JSON on request.
 * `npm start` runs it; `npm start -- --help` says what it can do.
 */
import { once } from 'node:events';
import { type Logger, map, merge, take } from 'tipstream';
import { runUntilSignal } from 'tipstream/node';
import { type Evening, help, readArguments } from './evening/arguments.ts';
import { type DirectRooms, directRooms } from './evening/direct.ts';
import { faultLine, tipLine } from './evening/lines.ts';
import { liveRooms, mockRooms, type Rooms } from './evening/rooms.ts';
import { addTip, emptyScene, quietSource, setStatus } from './evening/scene.ts';
import { openScreen } from './evening/screen.ts';
import { openSite } from './evening/site.ts';
import { createSwitches, type Switches } from './evening/switches.ts';

/** How many tips an evening has that nobody gave a number. */
const fullEvening = 150;

/** Slow enough to watch, or as fast as can be without losing the rhythm of the polls. */
const speeds = { watched: 10, printed: 60 };

/** Only tips go to stdout. */
const toStderr = (text: string): void => void process.stderr.write(`${text}\n`);
const stderrLogger: Logger = {
  warn: toStderr,
  error: toStderr,
  ...(process.env.DEBUG === 'true' && { debug: toStderr, info: toStderr }),
};

async function run(evening: Evening, signal: AbortSignal): Promise<void> {
  const { json, seed, faults, live, page } = evening;
  const watched = !json && process.stdout.isTTY === true;
  const tips = evening.tips ?? (live ? undefined : fullEvening);
  const logger = watched ? false : stderrLogger;
  const switches = live || faults ? undefined : createSwitches();
  const rooms = live
    ? await liveRooms(process.env, logger)
    : await mockRooms({
        seed,
        faults: faults ? { rate: 0.15 } : switches?.plan,
        logger,
        tips: tips ?? fullEvening,
        speed: watched ? speeds.watched : speeds.printed,
      });
  try {
    const direct = live ? undefined : () => directRooms(seed, tips ?? fullEvening);
    await show(rooms, { watched, json, tips, page: json ? undefined : page, switches, direct }, signal);
  } finally {
    await rooms.close();
    if (faults && rooms.faults)
      process.stderr.write(faultLine(rooms.faults, [...new Set(rooms.rooms.map(({ platform }) => platform))]));
  }
}

/** How the tips are shown. */
interface Look {
  watched: boolean;
  json: boolean;
  tips: number | undefined;
  /** The port of the page. */
  page: number | undefined;
  switches: Switches | undefined;
  direct: (() => Promise<DirectRooms>) | undefined;
}

async function show(rooms: Rooms, look: Look, signal: AbortSignal): Promise<void> {
  const { watched, json, tips, page, switches, direct } = look;
  const scene = emptyScene(rooms.title, tips);
  const marked = rooms.rooms.map(({ platform, dialect, tips: stream }) => {
    const source = quietSource(platform, dialect);
    scene.sources.push(source);
    stream.on('status', (status) => setStatus(source, status));
    return map(stream, (tip) => ({ tip, source }));
  });
  const all = merge(marked);
  const site =
    page === undefined
      ? undefined
      : await openSite({ scene, tips: map(all, ({ tip }) => tip), switches, direct }, page);
  if (site) scene.page = site.url;
  if (site && !watched) process.stderr.write(`evening: the page is at ${site.url}\n`);
  const screen = watched ? openScreen(process.stdout, scene, rooms.now) : undefined;
  try {
    for await (const { tip, source } of (tips === undefined ? all : take(all, tips)).iterate({ signal })) {
      addTip(scene, source, tip);
      if (!watched) await print(json ? `${JSON.stringify(tip)}\n` : tipLine(tip));
    }
    scene.over = true;
    // Whoever looks at the page may go on looking.
    if (watched && site?.visited && !signal.aborted) await once(signal, 'abort');
  } finally {
    screen?.close();
    await site?.close();
  }
}

/** Resolves when the reader has room for more. */
const print = (text: string): Promise<void> => new Promise((resolve) => process.stdout.write(text, () => resolve()));

/** A reader that went away (`| head`) is no failure: the evening ends for it as for Ctrl-C. */
function untilReaderLeaves(signal: AbortSignal): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  signal.addEventListener('abort', stop, { once: true });
  process.stdout.on('error', stop);
  return controller.signal;
}

const asked = readArguments(process.argv.slice(2));
if (asked === 'help') process.stdout.write(help);
else if ('wrong' in asked) {
  process.stderr.write(`evening: ${asked.wrong}\nnpm start -- --help says what there is.\n`);
  process.exitCode = 2;
} else {
  await runUntilSignal((signal) => run(asked, untilReaderLeaves(signal))).catch((error: unknown) => {
    process.stderr.write(`evening: ${error instanceof Error ? error.message : String(error)}\n`);
  });
}
