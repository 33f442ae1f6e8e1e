import type { Stop } from '../../core/time.ts';
import { pick } from '../random.ts';
import type { Desk } from './desk.ts';
import type { LibraryTitle } from './library.ts';

/** What comes out next, and what changes with it in the library. */
export function nextNews({ titles, setting }: Desk): Readonly<Record<string, unknown>> {
  const { random, clock } = setting;
  const timestamp = new Date(clock.now()).toISOString();
  const running = titles.filter(({ status }) => status === 'ongoing') as [LibraryTitle, ...LibraryTitle[]];
  const chance = random();
  const soon = titles.filter(({ status }) => status === 'announced');
  if (chance < 0.1 && soon.length) {
    const title = pick(random, soon as [LibraryTitle, ...LibraryTitle[]]);
    const { id, names, poster, genres } = title;
    return { type: 'new_title', title_id: id, title: names.ru, poster: poster?.medium, genres, timestamp };
  }
  const title = pick(random, running);
  const { id, names, poster } = title;
  if (title.current >= title.total) {
    title.status = 'completed';
    return { type: 'status_change', title_id: id, old_status: 'ongoing', new_status: 'completed', timestamp };
  }
  title.current += 1;
  title.updated_at = timestamp;
  return {
    type: 'new_episode',
    title_id: id,
    episode: title.current,
    title: names.ru,
    episode_name: `Серия ${title.current}`,
    poster: poster?.medium,
    timestamp,
  };
}

/** News again and again, as long as the switch says so. */
export function createEvening(
  desk: Desk,
  tell: (news: Readonly<Record<string, unknown>>) => void,
): { begin(): void; end(): void } {
  const { clock, random, every, pace } = desk.setting;
  let stop: Stop | undefined;
  const next = (): void => {
    // However fast the evening goes, the others of this process get their turn.
    const wait = Math.max(1, (-Math.log(1 - random()) * every) / pace);
    stop = clock.after(wait, () => {
      if (desk.switches.evening) tell(nextNews(desk));
      next();
    });
  };
  return {
    begin() {
      if (!stop) next();
    },
    end() {
      stop?.();
    },
  };
}
