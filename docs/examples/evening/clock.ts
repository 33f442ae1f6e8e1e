import type { Clock } from 'tipstream';

/** A clock that runs `speed` times as fast as the wall, from now on. */
export function fastClock(speed: number): Clock {
  const start = Date.now();
  const begin = performance.now();
  return {
    now: () => start + (performance.now() - begin) * speed,
    after(ms, run) {
      const timer = setTimeout(run, ms / speed);
      return () => clearTimeout(timer);
    },
  };
}
