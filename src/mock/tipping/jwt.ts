import { generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';

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
  /** What the tokens can be checked with, in PEM. */
  readonly publicKey: string;
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const isClaims = (value: unknown): value is Claims =>
  typeof value === 'object' && value !== null && 'sub' in value && 'exp' in value && 'family' in value;

/** RS256 with a key that is made when the first token is, and never leaves this process (TP-39). */
export function createSigner(): Signer {
  let keys: { privateKey: KeyObject; publicKey: KeyObject } | undefined;
  const pair = () => (keys ??= generateKeyPairSync('rsa', { modulusLength: 2048 }));
  const head = encode({ alg: 'RS256', typ: 'JWT' });
  return {
    get publicKey() {
      return pair().publicKey.export({ type: 'spki', format: 'pem' }).toString();
    },
    sign(claims) {
      const signed = `${head}.${encode(claims)}`;
      return `${signed}.${sign('sha256', Buffer.from(signed), pair().privateKey).toString('base64url')}`;
    },
    read(token) {
      const [first, second, third] = token.split('.');
      if (first !== head || !second || !third) return undefined;
      const signature = Buffer.from(third, 'base64url');
      if (!verify('sha256', Buffer.from(`${first}.${second}`), pair().publicKey, signature)) return undefined;
      const claims: unknown = JSON.parse(Buffer.from(second, 'base64url').toString());
      return isClaims(claims) ? claims : undefined;
    },
  };
}
