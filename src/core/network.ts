import type { ErrorCode } from './errors.ts';

const tls = /CERT|SELF_SIGNED|UNABLE_TO_|ERR_(TLS|SSL)|EPROTO|handshake/i;
const unreached =
  /refused|ENOTFOUND|EAI_AGAIN|CONNECT_TIMEOUT|EHOSTUNREACH|ENETUNREACH|dns error|handshake eof|FailedToOpenSocket/i;

/**
 * Tells the failures of `fetch` apart on every runtime: Node hides the code in `cause`, Bun has it on the error, Deno and workerd
 * have only words. Whatever it was, it is no answer: `NETWORK` where it is not `TLS`.
 *
 * @param error - The failure as the redactor rebuilt it.
 * @returns the code, what to do, and whether nothing can have left this machine
 */
export function readNetworkFailure(error: unknown): { code: ErrorCode; unsent: boolean; text: string } {
  let words = '';
  for (let one = error, depth = 0; one instanceof Error && depth < 5; one = one.cause, depth += 1)
    words += ` ${'code' in one ? one.code : ''} ${one.message.replace(/\(http\S*/, '')}`;
  const unsent = unreached.test(words);
  if (!unsent && tls.test(words))
    return { code: 'TLS', unsent: true, text: 'the certificate is not good; check the address and the clock' };
  return {
    code: 'NETWORK',
    unsent,
    text: unsent ? 'no connection; check the address and the network' : 'the connection broke',
  };
}
