import type { ErrorCode } from './errors.ts';

const part = (error: unknown, key: 'code' | 'cause' | 'message'): unknown =>
  typeof error === 'object' && error !== null ? Reflect.get(error, key) : undefined;

/**
 * Tells the failures of `fetch` apart on every runtime: Node hides the code in `cause`, Bun has it on the error, Deno and workerd
 * have only words. Whatever it was, it is no answer: `NETWORK` where it is not `TLS`.
 *
 * @returns the code, and whether the failure shows that nothing left this machine
 */
export function readNetworkFailure(error: unknown): { code: ErrorCode; unsent: boolean; text: string } {
  const words: string[] = [];
  for (let one = error, depth = 0; one && depth < 5; one = part(one, 'cause'), depth += 1)
    words.push(`${part(one, 'code') ?? ''} ${part(one, 'message') ?? ''}`);
  const all = words.join(' ');
  const tls = /CERT|certificate|SELF_SIGNED|UNABLE_TO_|ERR_(TLS|SSL)|EPROTO|handshake/i.test(all);
  if (tls)
    return {
      code: 'TLS',
      unsent: true,
      text: 'the certificate was not accepted; check the address and the date of this machine',
    };
  const unsent =
    /refused|ENOTFOUND|EAI_AGAIN|CONNECT_TIMEOUT|EHOSTUNREACH|ENETUNREACH|\bdns\b|FailedToOpenSocket/i.test(all);
  return {
    code: 'NETWORK',
    unsent,
    text: unsent ? 'no connection; check the address and the network' : 'the connection broke',
  };
}
