import { parseDirective } from './directive.ts';
import { type FaultPlan, faultPlan } from './fault-plan.ts';
import { type Fault, labelOf } from './faults.ts';
import { mistake } from './mistake.ts';
import type { Dialect } from './platform.ts';
import { onlyForSockets } from './socket-faults.ts';

/** Which requests are meant to fail. */
export interface FailOptions {
  /** @default every platform */
  platform?: string | undefined;
  /** @default both */
  dialect?: Dialect | undefined;
  /** How many requests. @default 1 */
  times?: number | undefined;
}

/** Decides which request fails and how, and counts it. */
export interface Failures {
  /** By platform, then by kind. */
  readonly counts: Record<string, Record<string, number>>;
  /** The next requests that fit fail. */
  order(fault: Fault | string, options?: FailOptions): void;
  /** What befalls this request: what it asks for itself, what was ordered, what the plan says, what the scenario says. */
  next(turn: { platform: string; dialect: Dialect; socket?: boolean }, asked: Fault | undefined): Fault | undefined;
}

export function createFailures(
  plan: FaultPlan | undefined,
  seed: string | number,
  keys: readonly string[],
  always: Fault | undefined,
): Failures {
  const planned = faultPlan(plan, seed, keys);
  const turns = new Map<string, number>();
  const counts: Record<string, Record<string, number>> = {};
  let orders: { fault: Fault; platform?: string | undefined; dialect?: Dialect | undefined; times: number }[] = [];
  return {
    counts,
    order(fault, { platform, dialect, times = 1 } = {}) {
      const meant = typeof fault === 'string' ? parseDirective(fault).fault : fault;
      if (!meant) throw mistake(`"${fault}" is no failure`);
      orders.push({ fault: meant, platform, dialect, times });
    },
    next({ platform, dialect, socket = false }, asked) {
      const fits = (fault: Fault): boolean => socket || !onlyForSockets(fault);
      const key = `${platform}/${dialect}`;
      const number = turns.get(key) ?? 0;
      turns.set(key, number + 1);
      // The plan goes on by one request whatever else is asked for, or an ordered failure would move all later ones.
      const chance = planned({ platform, dialect, number });
      const order = asked
        ? undefined
        : orders.find(
            (each) =>
              (each.platform ?? platform) === platform && (each.dialect ?? dialect) === dialect && fits(each.fault),
          );
      if (order) order.times -= 1;
      orders = orders.filter(({ times }) => times > 0);
      const fault = [asked, order?.fault, chance, always].find((each) => each && fits(each));
      if (fault) {
        const label = labelOf(fault);
        counts[platform] = { ...counts[platform], [label]: (counts[platform]?.[label] ?? 0) + 1 };
      }
      return fault;
    },
  };
}
