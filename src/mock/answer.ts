/** How the transport spoils an answer on its way. */
export interface Trouble {
  /** `reset`: no byte arrives. `truncated`: half of the body does. `slow`: all of it does, in pieces. */
  kind: 'reset' | 'truncated' | 'slow';
  /** How long a slow body takes, in milliseconds. */
  ms?: number;
}

/** What an upstream answers, before any transport. */
export interface Answer {
  /** HTTP status. */
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  /** The whole body, before any trouble. */
  body: string;
  /** What happens to it on its way. */
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
