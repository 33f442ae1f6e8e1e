/** Where a credential goes in a request. Made by `header`, `bearer`, `query` and `path`. */
export interface AuthScheme {
  readonly in: 'header' | 'query' | 'path';
  /** The header, the query parameter, or the `{placeholder}` of the endpoint's path. */
  readonly name: string;
  /** Stands before the credential. */
  readonly prefix: string;
}

/** Keeps a token fresh. */
export interface TokenProvider {
  /** The token to use now. Called for every request, so that a rotated token is seen; keep it cheap. */
  get(signal: AbortSignal): string | Promise<string>;
  /** Called once when the upstream answered 401 to `stale`, however many calls wait; gives the token to use from now on. */
  refresh?(stale: string, signal: AbortSignal): string | Promise<string>;
}

/** A credential, a function that looks it up for every request, or a provider that can make a new one. */
export type Credential = string | (() => string | Promise<string>) | TokenProvider;

/** The credential in a header of its own, e.g. `X-Api-Key: ...`. */
export const header = (name: string): AuthScheme => ({ in: 'header', name, prefix: '' });
/** `Authorization: Bearer ...`. */
export const bearer = (): AuthScheme => ({ in: 'header', name: 'Authorization', prefix: 'Bearer ' });
/** The credential as a query parameter. */
export const query = (name: string): AuthScheme => ({ in: 'query', name, prefix: '' });
/** The credential in the path, where the endpoint says `{name}`. */
export const path = (name: string): AuthScheme => ({ in: 'path', name, prefix: '' });
