import { createAnilibria } from '../../../src/anilibria/index.ts';
import { minutes } from '../../../src/core/time.ts';
import type { Actor, Stage } from './actor.ts';
import { createAsker } from './asker.ts';
import { numberOf, openSeen } from './seen.ts';
import { strikePeers } from './strikes.ts';
import { latestWay, longestWay } from './wires.ts';

const line = 'anilibria';

/** The news of AniLibria, and its titles. */
export function openAnilibria(stage: Stage): Actor {
  const { clock, random, books, mock } = stage;
  const { anilibria } = mock;
  anilibria.switches.evening = false;
  anilibria.switches.flat = random() < 0.5;
  const seen = openSeen(books, line);
  const given = new Map<number, number>();
  const client = createAnilibria({
    baseUrl: `${stage.origin}/anilibria/api/anilibria/v2`,
    token: anilibria.issue(),
    ...stage.options(line),
  });
  const [first] = anilibria.titles;
  // One of the titles is wanted twice: by itself, and as one of all.
  const all = client.notifications();
  const one = client.notifications({ titles: [first?.id ?? 0] });
  seen.hear(all);
  all.subscribe(({ data }) => seen.take(numberOf(String(data.episode_name))));
  const twice = new Set<number>();
  one.subscribe(({ data }) => {
    const number = numberOf(String(data.episode_name)) ?? -1;
    if (twice.has(number)) books.break(`${line}: #${number} came twice to who wants one title`);
    twice.add(number);
  });
  const asker = createAsker(stage, line);

  return {
    line,
    give() {
      const number = stage.number();
      given.set(number, clock.now());
      const title = anilibria.titles[Math.floor(random() * anilibria.titles.length)];
      anilibria.news({
        type: 'new_episode',
        title_id: title?.id ?? 0,
        episode: number,
        title: title?.names.ru,
        episode_name: `#${number}#`,
        timestamp: new Date(clock.now() + stage.skew).toISOString(),
      });
    },
    // Nothing says how often the service speaks: that a connection froze is noticed by the network.
    strike: () => strikePeers(stage, line, [1000, 1001, 1011, 1012, 1013], minutes(1 + random() * 4)),
    ask() {
      const id = anilibria.titles[Math.floor(random() * 5)]?.id ?? 0;
      asker.ask(client.titles.get({ id }), (title) => title.id === id);
    },
    check() {
      let said = 0;
      for (const [number, at] of given) {
        if (seen.counted.has(number)) continue;
        if (books.arrived.get(line)?.has(number)) books.break(`${line}: #${number} arrived and was never told`);
        // The service confirms no subscription: it is under way for a moment after the connection counts as live.
        else if (seen.says(at, stage.slack + latestWay + longestWay, stage.slack + 3 * longestWay)) said += 1;
        else books.break(`${line}: #${number}, told at ${at}, is missing and no gap says so`);
      }
      return { given: given.size, counted: seen.counted.size, said, answered: asker.answered, refused: asker.refused };
    },
    close: () => client.close(),
  };
}
