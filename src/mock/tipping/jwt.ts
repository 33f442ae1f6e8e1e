import type { KeyObject } from 'node:crypto';

/** What is in a token of the mock. */
export interface Claims {
  /** Whose it is. */
  sub: string;
  /** The session that it belongs to. */
  family: string;
  typ: 'access' | 'refresh';
  jti: string;
  /** Unix time in seconds, with a fraction where a test wants a short life. */
  iat: number;
  exp: number;
}

/** Signs and reads tokens. */
export interface Signer {
  sign(claims: Claims): string;
  /** The claims of a token that this mock signed; `undefined` for anything else. Its time is not looked at. */
  read(token: string): Claims | undefined;
  /** What the tokens can be checked with, in PEM; empty in a page. */
  readonly publicKey: string;
}

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/**
 * RS256 with a key that is made when the first token is, and never leaves this process (TP-39). A page has no key that signs
 * at once: there what stands for the signature is only as long as one.
 */
export function createSigner(): Signer {
  const crypto = globalThis.process?.getBuiltinModule?.('node:crypto');
  const head = base64url(bytesOf(JSON.stringify({ alg: 'RS256', typ: 'JWT' })));
  const given = new Map<string, Claims>();
  let keys: { privateKey: KeyObject; publicKey: KeyObject } | undefined;
  const pair = () => (keys ??= crypto?.generateKeyPairSync('rsa', { modulusLength: 2048 }));
  const signatureOf = (text: string): Uint8Array => {
    const key = pair()?.privateKey;
    return crypto && key ? crypto.sign('sha256', bytesOf(text), key) : bytesOf(text.slice(-256));
  };
  return {
    get publicKey() {
      return pair()?.publicKey.export({ type: 'spki', format: 'pem' }).toString() ?? '';
    },
    sign(claims) {
      const signed = `${head}.${base64url(bytesOf(JSON.stringify(claims)))}`;
      const token = `${signed}.${base64url(signatureOf(signed))}`;
      given.set(token, claims);
      return token;
    },
    read: (token) => given.get(token),
  };
}
