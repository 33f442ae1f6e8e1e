import { isTipstreamError } from '../../../src/core/errors.ts';
import { seconds } from '../../../src/core/time.ts';
import type { Stage } from './actor.ts';
import type { Line } from './faults.ts';

/** The time limit of a whole call. */
const deadline = seconds(60);

/** Asks, and looks whether what comes of it is right, an error of ours, and in time. */
export function createAsker({ clock, books, outstanding, slack }: Stage, line: Line) {
  const asker = {
    answered: 0,
    refused: 0,
    ask<T>(call: Promise<T>, isRight: (answer: T) => boolean): void {
      const since = clock.now();
      const end = (): void => {
        if (clock.now() - since > deadline + 1 + slack) books.break(`${line}: a call took ${clock.now() - since} ms`);
      };
      outstanding(
        call.then(
          (answer) => {
            end();
            asker.answered += 1;
            if (!isRight(answer)) books.break(`${line}: an answer is not the right one`);
          },
          (error: unknown) => {
            end();
            asker.refused += 1;
            if (!isTipstreamError(error)) books.break(`${line}: an error that is none of ours: ${error}`);
          },
        ),
      );
    },
  };
  return asker;
}
