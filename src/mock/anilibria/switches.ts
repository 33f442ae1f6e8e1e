import type { EpisodesForm } from './library.ts';

/** What can be changed at any time. */
export interface AnilibriaSwitches {
  /** How titles say their episodes. @default 'counter' */
  episodes: EpisodesForm;
  /** Whether answers come in an envelope. @default true */
  envelope: boolean;
  /** How the schedule is shaped. @default 'days' */
  schedule: 'titles' | 'days' | 'map';
  /** How a wrong parameter is refused: as FastAPI does it, or as the documents say. @default 'fastapi' */
  validation: 'fastapi' | 'documented';
  /** How missing titles are said. @default 'documented' */
  missing: 'fastapi' | 'documented';
  /** Version 2 answers nothing but this status. @default undefined */
  down: number | undefined;
  /** What health says. @default 'healthy' */
  health: string;
  /** Headers of every answer of version 2, e.g. `{ deprecation: '@1754000000' }`. @default {} */
  headers: Record<string, string>;
  /** Whether new episodes come out by themselves. @default true */
  evening: boolean;
  /** Whether the id and the time of a notification stand beside its `data`. @default false */
  flat: boolean;
  /** The socket takes nobody who does not say who it is. @default false */
  socketNeedsToken: boolean;
}

export const openSwitches = (): AnilibriaSwitches => ({
  episodes: 'counter',
  envelope: true,
  schedule: 'days',
  validation: 'fastapi',
  missing: 'documented',
  down: undefined,
  health: 'healthy',
  headers: {},
  evening: true,
  flat: false,
  socketNeedsToken: false,
});
