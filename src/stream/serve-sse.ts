import { TipstreamError } from '../core/errors.ts';

/** One message of a `text/event-stream`. */
export interface SseMessage {
  /** `message` unless the sender named it. */
  event: string;
  data: string;
}

/** What a reader of `text/event-stream` finds. */
export interface SseHandlers {
  message(message: SseMessage): void;
  /** Where to go on after a cut, known once the block that says it is whole. */
  id(id: string): void;
  /** The sender asks for this wait, in milliseconds, before a reconnect. */
  retry(ms: number): void;
}

/** No message is as long as this many characters; what is belongs to something else. */
const longest = 2 ** 20;
/** It is sent back in a header. */
const longestId = 1024;

/**
 * Reads `text/event-stream` as the HTML standard describes it, in pieces of any size. A block that was cut off is dropped.
 *
 * @throws {TipstreamError} `UPSTREAM` when a block does not end.
 */
export function createSseReader(handlers: SseHandlers): (text: string) => void {
  let rest = '';
  /** The piece before ended with what may be half of a line end. */
  let half = false;
  let started = false;
  let size = 0;
  let event = '';
  let data: string[] = [];
  let id: string | undefined;

  const line = (text: string): void => {
    if (text === '') {
      if (id !== undefined) handlers.id(id);
      if (data.length > 0) handlers.message({ event: event || 'message', data: data.join('\n') });
      event = '';
      data = [];
      id = undefined;
      size = 0;
      return;
    }
    size += text.length;
    // A line that begins with a colon is a comment.
    const [, name, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(text) ?? [];
    if (name === 'event') event = value;
    else if (name === 'data') data.push(value);
    else if (name === 'id' && value.length <= longestId && !value.includes('\0')) id = value;
    else if (name === 'retry' && /^\d+$/.test(value)) handlers.retry(Number(value));
  };

  return (text) => {
    // Looked at once: a line may come in thousands of pieces.
    if (started && !half && !/[\r\n]/.test(text) && size + rest.length + text.length <= longest) {
      rest += text;
      return;
    }
    half = text === '' ? half : text.endsWith('\r');
    let all = rest + text;
    if (!started && all !== '') {
      started = true;
      if (all.startsWith('\uFEFF')) all = all.slice(1);
    }
    // A carriage return at the very end may be half of a line end.
    const lines = all.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const each of lines) line(each);
    if (size + rest.length > longest)
      throw new TipstreamError({
        code: 'UPSTREAM',
        message: 'fromUrl: a message does not end; is this the address of a toResponse answer?',
      });
  };
}
