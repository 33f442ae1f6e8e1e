import { pick } from '../../../src/mock/random.ts';
import { createTikTok } from '../../../src/tiktok/index.ts';
import type { Actor, Stage } from './actor.ts';
import { createAsker } from './asker.ts';
import { numberOf, openSeen } from './seen.ts';
import { strikePeers } from './strikes.ts';
import { latestWay, longestWay } from './wires.ts';

const line = 'tiktok';

/** A streak of one gift: what was sent of it, and what of it arrived. */
interface Streak {
  diamonds: number;
  sentAt: Map<number, number>;
  arrived: number;
  paid: number;
}

/** A room of the TikTok service: comments, and gifts whose streaks go on while connections are lost. */
export function openTikTok(stage: Stage): Actor {
  const { clock, random, books, mock } = stage;
  const { tiktok } = mock;
  tiktok.switches.script = false;
  const session = tiktok.sessionId;
  const seen = openSeen(books, line);
  const comments = new Map<number, number>();
  const streaks = new Map<number, Streak>();
  const client = createTikTok({ baseUrl: `${stage.origin}/tiktok`, apiKey: tiktok.apiKey, ...stage.options(line) });
  const listened = client.comments(session);
  seen.hear(listened);
  listened.subscribe((comment) => seen.take(numberOf(comment.comment), comment.id));
  const ids = new Set<string>();
  client.tips(session).subscribe((tip) => {
    const number = Number(/^giver_(\d+)$/.exec(tip.tipper)?.[1]);
    const streak = streaks.get(number);
    if (!streak) return books.break(`${line}: a gift of nobody, ${tip.tipper}`);
    if (ids.has(tip.id)) books.break(`${line}: two gifts have the id ${tip.id}`);
    ids.add(tip.id);
    streak.paid += tip.amount;
  });
  books.ears.set(line, (text) => {
    const found = /"repeatCount":(\d+).*"uniqueId":"giver_(\d+)"/.exec(text);
    const streak = streaks.get(Number(found?.[2]));
    if (streak) streak.arrived = Math.max(streak.arrived, Number(found?.[1]));
  });
  const asker = createAsker(stage, line);

  const frame = (number: number, count: number, ended: boolean): void => {
    const streak = streaks.get(number);
    if (!streak) return;
    if (!streak.sentAt.has(count)) streak.sentAt.set(count, clock.now());
    tiktok.emit(session, {
      type: 'gift',
      data: {
        msgId: `${number}${count}${ended ? 1 : 0}`,
        giftId: 5655,
        giftName: 'Rose',
        giftType: 1,
        diamondCount: streak.diamonds,
        repeatCount: count,
        repeatEnd: ended,
        groupId: `${number}`,
        createTime: `${clock.now() + stage.skew}`,
        user: { userId: `${7_000_000 + number}`, uniqueId: `giver_${number}`, nickname: 'Giver' },
      },
    });
  };
  const gift = (): void => {
    const number = stage.number();
    const count = 1 + Math.floor(random() * 7);
    streaks.set(number, { diamonds: 1 + Math.floor(random() * 99), sentAt: new Map(), arrived: 0, paid: 0 });
    let at = 0;
    for (let one = 1; one <= count; one += 1) {
      clock.after(at, () => frame(number, one, false));
      at += 50 + random() * 900;
    }
    if (random() < 0.85) clock.after(at, () => frame(number, count, true));
    // A frame that comes once more, behind one that is newer.
    if (count > 1 && random() < 0.2) clock.after(at + 10, () => frame(number, count - 1, false));
  };

  return {
    line,
    give() {
      if (random() < 0.4) return gift();
      const number = stage.number();
      comments.set(number, clock.now());
      tiktok.comment(session, { comment: `#${number}#`, id: `c${number}` });
    },
    strike: () => strikePeers(stage, line, [1000, 1001, 1011, 1012, 1013]),
    ask() {
      const username = pick(random, ['mira', 'noor', 'ada']);
      asker.ask(client.profile.get({ username }), (profile) => profile.username === username);
    },
    check() {
      let said = 0;
      const covered = (at: number): boolean =>
        seen.says(at, stage.slack + latestWay + longestWay, stage.slack + longestWay);
      for (const [number, at] of comments) {
        if (seen.counted.has(number)) continue;
        if (books.arrived.get(line)?.has(number)) books.break(`${line}: comment #${number} arrived and was never told`);
        else if (covered(at)) said += 1;
        else books.break(`${line}: comment #${number}, written at ${at}, is missing and no gap says so`);
      }
      let whole = 0;
      for (const [number, { diamonds, sentAt, arrived, paid }] of streaks) {
        if (paid !== diamonds * arrived)
          books.break(`${line}: gift #${number}: ${paid} diamonds were counted, ${diamonds} times ${arrived} arrived`);
        const missing = [...sentAt].filter(([count]) => count > arrived);
        if (missing.length === 0) whole += 1;
        else if (missing.every(([, at]) => covered(at))) said += 1;
        else books.break(`${line}: frames of gift #${number} are missing and no gap says so`);
      }
      return {
        given: comments.size + streaks.size,
        counted: seen.counted.size + whole,
        said,
        answered: asker.answered,
        refused: asker.refused,
      };
    },
    close: () => client.close(),
  };
}
