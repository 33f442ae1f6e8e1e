/** Writes lines to a stream of the process, many at once. */
export interface Journal {
  line(text: string): void;
  /** Writes what is left. */
  flush(): void;
}

/** What nobody reads for so long is not written: a log must not fill the memory. Bytes. */
const most = 2 ** 22;

/** Collects the lines of one turn and writes them together: a system call for each would cost more than the answer. */
export function createJournal(out: Pick<NodeJS.WriteStream, 'write' | 'writableLength'>): Journal {
  let waiting: string[] = [];
  let lost = 0;
  const flush = (): void => {
    if (!waiting.length) return;
    const text = `${waiting.join('\n')}\n`;
    const { length } = waiting;
    waiting = [];
    if (out.writableLength > most) {
      lost += length;
      return;
    }
    out.write(lost ? `(${lost} lines were lost: nobody read them)\n${text}` : text);
    lost = 0;
  };
  return {
    line(text) {
      if (!waiting.length) setImmediate(flush);
      waiting.push(text);
    },
    flush,
  };
}
