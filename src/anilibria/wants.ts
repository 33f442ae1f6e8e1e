/** What one stream of notifications is for. */
export interface Want {
  readonly titles: Set<number>;
  types: Set<string>;
}

/** What all watched streams want together, and what the service was told of it. */
export interface Wants {
  /** Counts from now on; what is new is asked for. The returned function takes it back. */
  join(want: Want): () => void;
  /** Says again everything that is wanted, to a service that knows nothing. */
  replay(): void;
  /** Says what has changed. */
  settle(): void;
}

/** Keeps the service told. `say` sends a frame, where there is a connection. */
export function createWants(say: (type: string, data: Readonly<Record<string, unknown>>) => void): Wants {
  const joined = new Map<Want, number>();
  let titles = new Set<number>();
  let types = new Set<string>();

  const settle = (): void => {
    const wanted = [...joined.keys()];
    const nextTitles = new Set(wanted.flatMap((want) => [...want.titles]));
    const nextTypes = new Set(wanted.flatMap((want) => [...want.types]));
    for (const id of nextTitles) if (!titles.has(id)) say('subscribe_title', { title_id: id });
    for (const id of titles) if (!nextTitles.has(id)) say('unsubscribe_title', { title_id: id });
    // An empty list is the only way to want no updates any more (AL-27).
    if (nextTypes.size !== types.size || [...nextTypes].some((type) => !types.has(type)))
      say('subscribe_updates', { types: [...nextTypes] });
    titles = nextTitles;
    types = nextTypes;
  };

  return {
    settle,
    join(want) {
      joined.set(want, (joined.get(want) ?? 0) + 1);
      settle();
      let left = false;
      return () => {
        if (left) return;
        left = true;
        const rest = (joined.get(want) ?? 1) - 1;
        if (rest) joined.set(want, rest);
        else joined.delete(want);
        settle();
      };
    },
    replay() {
      titles = new Set();
      types = new Set();
      settle();
    },
  };
}

/** Whether a stream is for a notification. What nobody knows is for everybody. */
export const isWanted = (want: Want, type: string, title: unknown): boolean =>
  type === 'unknown' || want.types.has(type) || want.titles.has(title as number);
