import { merge } from 'tipstream';
import { createCamsoda } from 'tipstream/camsoda';
import { createChaturbate } from 'tipstream/chaturbate';
import { createStripchat } from 'tipstream/stripchat';
import type { Places } from '../direct.ts';
import { quietSource, setStatus } from '../scene.ts';
import type { Feed } from './served.ts';

/** The clients themselves, in the page: for the mock. A real token does not belong here. */
export async function directTips(): Promise<Feed> {
  const answer = await fetch('/rooms');
  if (!answer.ok) throw new Error('these rooms are real: their tokens stay on the server');
  const { url, rooms }: Places = await answer.json();
  const of = (platform: string, dialect: string) =>
    rooms.find((room) => room.platform === platform && room.dialect === dialect);
  const contract = of('chaturbate', 'contract');
  const real = of('chaturbate', 'real');
  const streams = [
    {
      name: ['chaturbate', 'contract'] as const,
      tips: createChaturbate({
        eventsUrl: `${url}/events/{broadcaster}`,
        broadcaster: contract?.channel,
        apiKey: contract?.credential ?? '',
      }).tips(),
    },
    {
      name: ['chaturbate', 'events api'] as const,
      tips: createChaturbate({
        baseUrl: url,
        username: real?.channel ?? '',
        token: real?.credential ?? '',
        backlog: 'deliver',
      }).tips(),
    },
    {
      name: ['stripchat', 'contract'] as const,
      tips: createStripchat({
        eventsUrl: `${url}/v1/events`,
        token: of('stripchat', 'contract')?.credential ?? '',
      }).tips(),
    },
    {
      name: ['camsoda', 'contract'] as const,
      tips: createCamsoda({
        eventsUrl: `${url}/external/events`,
        broadcaster: of('camsoda', 'contract')?.channel ?? '',
        apiKey: of('camsoda', 'contract')?.credential ?? '',
      }).tips(),
    },
  ];
  const sources = streams.map(({ name, tips }) => {
    const source = quietSource(name[0], name[1]);
    tips.on('status', (status) => setStatus(source, status));
    tips.subscribe(
      (tip) => {
        source.tips += 1;
        source.total += tip.amount;
      },
      { observe: true },
    );
    return source;
  });
  return { tips: merge(streams.map(({ tips }) => tips)), past: async () => [], sources: async () => sources };
}
