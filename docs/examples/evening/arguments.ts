import { parseArgs } from 'node:util';

/** What the evening is like. */
export interface Evening {
  /** Ends it after so many tips. */
  tips: number | undefined;
  seed: string;
  json: boolean;
  live: boolean;
  faults: boolean;
  /** The port of the page; `undefined`: none. */
  page: number | undefined;
}

export const help = `An evening of tips from three platforms, as one stream.

  npm start                       a mock evening, live in this terminal
  npm start -- --tips 30 --json   thirty tips, one JSON a line

  --tips N    end after the first N tips of the evening
  --seed S    the same seed repeats the evening (default 7)
  --json      one JSON tip a line on stdout, nothing else there
  --faults    let the platforms misbehave; the tips come out the same
  --live      your own rooms, from the environment: CHATURBATE_USERNAME and
              CHATURBATE_TOKEN, STRIPCHAT_TOKEN, CAMSODA_BROADCASTER and
              CAMSODA_API_KEY, TWITCH_CLIENT_ID and TWITCH_TOKEN, and what
              tipstream/env knows besides
  --page N    the port of the page (default 8787, 0 takes a free one);
              /overlay is its transparent version, ?direct runs the clients
              in the page itself
  --no-page   no page
  --help      this text
`;

/** The arguments as an evening, `help`, or a line that says what is wrong with them. */
export function readArguments(args: readonly string[]): Evening | 'help' | { wrong: string } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        tips: { type: 'string' },
        seed: { type: 'string' },
        json: { type: 'boolean', default: false },
        live: { type: 'boolean', default: false },
        faults: { type: 'boolean', default: false },
        page: { type: 'string', default: '8787' },
        'no-page': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return 'help';
    if (values.tips !== undefined && !/^[1-9]\d{0,5}$/.test(values.tips))
      return { wrong: `--tips ${values.tips}: give a whole number from 1 to 999999` };
    if (!/^\d{1,5}$/.test(values.page) || Number(values.page) > 65_535)
      return { wrong: `--page ${values.page}: give a port from 0 to 65535` };
    if (values.live && (values.faults || values.seed !== undefined))
      return { wrong: '--seed and --faults belong to the mock evening; leave them out with --live' };
    return {
      tips: values.tips === undefined ? undefined : Number(values.tips),
      seed: values.seed ?? '7',
      json: values.json,
      live: values.live,
      faults: values.faults,
      page: values['no-page'] ? undefined : Number(values.page),
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { wrong: message.split(/\.? (?=[A-Z])|\n/)[0] ?? message };
  }
}
