import type { TipEvent } from './tip-event.ts';

/** No JSON can have it, so no upstream can pretend. */
const mark = Symbol('simulated');

/** A test tip on its way through a source, in the place of an event of the wire. */
export interface Simulated {
  readonly [mark]: TipEvent;
}

export const simulated = (tip: TipEvent): Simulated => ({ [mark]: tip });

export const isSimulated = (event: unknown): event is Simulated =>
  typeof event === 'object' && event !== null && mark in event;

/** The tip, a new one for each view. */
export const simulatedTip = (event: Simulated): TipEvent => ({ ...event[mark] });
