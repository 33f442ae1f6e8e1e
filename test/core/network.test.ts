import { describe, expect, it } from 'vitest';
import { readNetworkFailure } from '../../src/core/network.ts';

const coded = (message: string, code: string): Error => Object.assign(new Error(message), { code });
const caused = (cause: Error): Error => new TypeError('fetch failed', { cause });

describe('a failure of fetch', () => {
  it.each([
    ['Node: refused', caused(coded('connect ECONNREFUSED 127.0.0.1:1', 'ECONNREFUSED')), true],
    ['Node: no such host', caused(coded('getaddrinfo ENOTFOUND x', 'ENOTFOUND')), true],
    ['Node: no connection in time', caused(coded('Connect Timeout Error', 'UND_ERR_CONNECT_TIMEOUT')), true],
    ['Node: reset', caused(coded('read ECONNRESET', 'ECONNRESET')), false],
    ['Node: the other side closed', caused(coded('other side closed', 'UND_ERR_SOCKET')), false],
    ['Bun: refused', coded('Unable to connect. Is the computer able to access the url?', 'ConnectionRefused'), true],
    ['Bun: no such host', coded('getaddrinfo ENOTFOUND', 'ENOTFOUND'), true],
    ['Bun: reset', coded('ECONNRESET: The socket connection was closed unexpectedly.', 'ECONNRESET'), false],
    [
      'Deno: refused',
      caused(new Error('client error (Connect): tcp connect error: Connection refused (os error 111)')),
      true,
    ],
    [
      'Deno: no such host',
      caused(new Error('client error (Connect): dns error: failed to lookup address information')),
      true,
    ],
    ['Deno: reset', caused(new Error('client error (SendRequest): connection error: Connection reset by peer')), false],
    [
      'Deno: closed in the handshake',
      caused(
        new Error('error sending request for url (https://a.example/): client error (Connect): tls handshake eof'),
      ),
      true,
    ],
    [
      'Node: a host whose name says certificate',
      caused(coded('getaddrinfo EAI_AGAIN certified.concerts.example', 'EAI_AGAIN')),
      true,
    ],
    [
      'Deno: a room whose name says certificate',
      caused(new Error('error sending request for url (https://a.example/certain_ada/): connection closed')),
      false,
    ],
    [
      'Deno: an address whose name says refused',
      caused(new Error('error sending request for url (https://dns.a.example/refused): Connection reset by peer')),
      false,
    ],
    ['workerd: lost', new Error('Network connection lost.'), false],
    ['workerd: no such host', new Error('internal error; reference = 1234'), false],
    ['a browser', new TypeError('Failed to fetch'), false],
    ['whatever', 'words', false],
    ['nothing', undefined, false],
  ])('core-1 is NETWORK on every runtime: %s', (_, error, unsent) => {
    expect(readNetworkFailure(error)).toMatchObject({ code: 'NETWORK', unsent });
  });

  it.each([
    ['Node', caused(coded('self-signed certificate', 'DEPTH_ZERO_SELF_SIGNED_CERT'))],
    ['Node', caused(coded('unable to get local issuer certificate', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'))],
    ['Node', caused(coded('Hostname does not match', 'ERR_TLS_CERT_ALTNAME_INVALID'))],
    ['Node', caused(coded('certificate has expired', 'CERT_HAS_EXPIRED'))],
    ['Deno', caused(new Error('client error (Connect): invalid peer certificate: UnknownIssuer'))],
    ['Bun', coded('self signed certificate', 'DEPTH_ZERO_SELF_SIGNED_CERT')],
  ])('core-1 is TLS where the certificate is not good: %s', (_, error) => {
    expect(readNetworkFailure(error)).toMatchObject({ code: 'TLS', unsent: true });
  });

  it('core-1 a chain of causes that bites its tail comes to an end', () => {
    const error = new Error('round');
    error.cause = error;
    expect(readNetworkFailure(error).code).toBe('NETWORK');
  });
});
