import { isTipstreamError, type TipstreamError } from '../../src/core/errors.ts';

/** The error of a promise that has to fail. */
export const failure = (promise: PromiseLike<unknown>): Promise<TipstreamError> =>
  Promise.resolve(promise).then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => {
      if (!isTipstreamError(error)) throw error;
      return error;
    },
  );
