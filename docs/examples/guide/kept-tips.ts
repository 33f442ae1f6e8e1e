import { readFile } from 'node:fs/promises';
import type { TipEvent } from 'tipstream';
import { tipEventSchema } from 'tipstream/schemas';

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // half a line: a crash in the middle of a write, whose tip came again
  }
};

const tips = new Map<string, TipEvent>(); // by id: after a crash a line may be there twice
for (const line of (await readFile('ledger.jsonl', 'utf8')).split('\n').filter(Boolean)) {
  const read = tipEventSchema['~standard'].validate(parsed(line));
  if (read.issues) console.log('left out:', read.issues.map(({ message }) => message).join(', '));
  else tips.set(read.value.id, read.value);
}
for (const { tipper, amount, unit } of tips.values()) console.log(tipper, amount, unit);
