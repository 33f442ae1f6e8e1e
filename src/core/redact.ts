/** Takes credentials out of whatever leaves the library: errors, log lines, telemetry, keys (XS-8). */
export interface Redactor {
  /** Masks this value from now on, wherever it stands, raw and percent-encoded. Values below 4 characters are masked by position only. */
  add(secret: string): void;
  text(text: string): string;
  url(url: string | URL): string;
  headers(headers: Headers): Record<string, string>;
  /** A copy of plain data, masked by key and by value. */
  value(value: unknown): unknown;
  /** A cause chain rebuilt from name, message, code and stack: it holds no request, response or options. */
  error(error: unknown): Error;
}
export function createRedactor(): Redactor {
  throw new Error('not yet');
}
