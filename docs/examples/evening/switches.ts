import type { Fault, FaultTurn } from 'tipstream/mock';

/** One way in which the platforms can be made to misbehave. */
export interface Switch {
  readonly name: string;
  /** For whoever looks at the page. */
  readonly label: string;
  on: boolean;
}

/** The switches of the page. */
export interface Switches {
  readonly all: readonly Switch[];
  /** Turns one on or off. */
  press(name: string): void;
  /** What befalls a request of the mock. */
  plan(turn: FaultTurn): Fault | undefined;
}

const kinds: readonly (readonly [name: string, label: string, fault: Fault])[] = [
  ['reset', 'Cut connections', { kind: 'reset' }],
  ['429', 'Too many requests', { kind: 'rate-limit', hint: 'seconds', seconds: 20 }],
  ['500', 'Server errors', { kind: 'status', status: 500 }],
  ['malformed', 'Broken JSON', { kind: 'malformed' }],
  ['html', 'HTML pages', { kind: 'html', status: 503 }],
  ['truncated', 'Half answers', { kind: 'truncated' }],
];

/** Switches that make two requests of three fail, in turns where several are on. */
export function createSwitches(): Switches {
  const all = kinds.map(([name, label]): Switch => ({ name, label, on: false }));
  return {
    all,
    press(name) {
      const found = all.find((each) => each.name === name);
      if (found) found.on = !found.on;
    },
    plan({ number }) {
      const faults = kinds.filter((_kind, index) => all[index]?.on).map(([, , fault]) => fault);
      return number % 3 === 2 ? undefined : faults[number % Math.max(1, faults.length)];
    },
  };
}
