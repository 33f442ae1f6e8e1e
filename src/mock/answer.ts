/** How the transport spoils an answer on its way. */
export type Trouble = { kind: 'reset' } | { kind: 'truncated' } | { kind: 'slow'; ms: number };

/** What an upstream answers, before any transport. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
  trouble?: Trouble;
  /** Called once: `true` after the last byte was written, `false` when the client was cut off before. */
  handedOut?: (complete: boolean) => void;
}

/** An answer with a JSON body. */
export const json = (status: number, body: unknown, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});
