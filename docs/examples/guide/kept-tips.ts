import { readFile } from 'node:fs/promises';
import type { TipEvent } from 'tipstream';
import { tipEventSchema } from 'tipstream/schemas';

const tips = new Map<string, TipEvent>(); // by id: after a crash a line may be there twice
for (const line of (await readFile('ledger.jsonl', 'utf8')).trimEnd().split('\n')) {
  const read = tipEventSchema['~standard'].validate(JSON.parse(line));
  if (read.issues) console.log('left out:', read.issues.map(({ message }) => message).join(', '));
  else tips.set(read.value.id, read.value);
}
for (const { tipper, amount, unit } of tips.values()) console.log(tipper, amount, unit);
