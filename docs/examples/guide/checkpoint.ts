import { appendFile } from 'node:fs/promises';
import { tipsFromEnv } from 'tipstream/env';
import { fileStore } from 'tipstream/node';

const tips = tipsFromEnv(process.env, { checkpoint: fileStore('checkpoint.json') });

tips.subscribe((tip) => appendFile('ledger.jsonl', `\n${JSON.stringify(tip)}`));
