/** Writes lines to a stream of the process, many at once. */
export interface Journal {
  line(text: string): void;
  /** Writes what is left. */
  flush(): void;
}

/** What nobody reads for so long is not written: a log must not fill the memory. Bytes. */
const most = 2 ** 22;

/** Lines wait so long for others, in milliseconds. */
const together = 20;

/** Collects lines and writes them together: a system call for each would cost more than the answer that it tells of. */
export function createJournal(out: Pick<NodeJS.WriteStream, 'write' | 'writableLength'>): Journal {
  let waiting = '';
  let count = 0;
  let lost = 0;
  const flush = (): void => {
    if (!count) return;
    const [text, lines] = [waiting, count];
    waiting = '';
    count = 0;
    if (out.writableLength > most) {
      lost += lines;
      return;
    }
    out.write(lost ? `(${lost} lines were lost: nobody read them)\n${text}` : text);
    lost = 0;
  };
  return {
    line(text) {
      // Whoever ends the process flushes; the timer holds it no longer.
      if (!count) setTimeout(flush, together).unref();
      waiting += `${text}\n`;
      count += 1;
    },
    flush,
  };
}
