import type { Answer } from '../answer.ts';
import type { ServiceVisit } from '../service.ts';
import type { Desk } from './desk.ts';

/** A call that is let in. */
export interface Visitor {
  visit: ServiceVisit;
  /** The body, an empty object where there is none. */
  body: Readonly<Record<string, unknown>>;
}

/** Answers one endpoint. */
export type Handler = (visitor: Visitor, desk: Desk) => Answer;

/** A text in the body; `undefined` where there is none. */
export const textIn = ({ body }: Visitor, field: string): string | undefined => {
  const value = body[field];
  return typeof value === 'string' && value !== '' ? value : undefined;
};
