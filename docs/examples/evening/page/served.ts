import { type EventStream, fromUrl, type TipEvent } from 'tipstream';
import type { Scene, SourceScene } from '../scene.ts';
import { part } from './element.ts';

/** What a page is fed with. */
export interface Feed {
  tips: EventStream<TipEvent>;
  /** What came before the page did, the oldest first. */
  past(): Promise<TipEvent[]>;
  sources(): Promise<SourceScene[]>;
}

/** The scene of the server, with its switches where it has some. */
export async function fetchScene(): Promise<Scene & { switches?: { name: string; label: string; on: boolean }[] }> {
  const answer = await fetch('/scene');
  return answer.json();
}

/** The way for real rooms: tokens stay in the program, tips come to the page. */
export async function servedTips(): Promise<Feed> {
  return {
    tips: fromUrl('/tips'),
    past: async () => (await fetchScene()).recent.reverse(),
    async sources() {
      const { sources, over } = await fetchScene();
      if (over) part('state').textContent = 'the evening is over';
      return sources;
    },
  };
}
