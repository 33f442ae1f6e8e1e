import type { StreamState, StreamStatus, TipEvent } from 'tipstream';

/** One source of the evening, as the view shows it. */
export interface SourceScene {
  platform: string;
  /** Tells two sources of one platform apart. */
  dialect: string;
  state: StreamState;
  reason: string | undefined;
  /** When it is asked again, Unix time in milliseconds. */
  retryAt: number | undefined;
  tips: number;
  /** In the unit of the platform: the tokens of one are not those of another. */
  total: number;
  unit: string;
}

/** Everything that the view shows. */
export interface Scene {
  title: string;
  sources: SourceScene[];
  /** The newest first. */
  recent: TipEvent[];
  tips: number;
  /** The evening ends after so many. */
  goal: number | undefined;
  /** Its last tip came. */
  over?: boolean;
  /** Where the page is. */
  page?: string | undefined;
}

/** More than any terminal has lines. */
const remembered = 300;

export const emptyScene = (title: string, goal: number | undefined): Scene => ({
  title,
  sources: [],
  recent: [],
  tips: 0,
  goal,
});

/** A source that has not said anything. */
export const quietSource = (platform: string, dialect: string): SourceScene => ({
  platform,
  dialect,
  state: 'idle',
  reason: undefined,
  retryAt: undefined,
  tips: 0,
  total: 0,
  unit: 'token',
});

export function addTip(scene: Scene, source: SourceScene, tip: TipEvent): void {
  scene.tips += 1;
  scene.recent.unshift(tip);
  if (scene.recent.length > remembered) scene.recent.pop();
  source.tips += 1;
  source.total += tip.amount;
  source.unit = tip.unit;
}

export function setStatus(source: SourceScene, { state, reason, retryAt }: StreamStatus): void {
  source.state = state;
  source.reason = reason;
  source.retryAt = retryAt;
}
