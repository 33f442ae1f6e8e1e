import { appendFile } from 'node:fs/promises';
import { tipsFromEnv } from 'tipstream/env';
import { fileStore } from 'tipstream/node';

const tips = tipsFromEnv(process.env, { checkpoint: fileStore('checkpoint.json') });

for await (const tip of tips) await appendFile('ledger.jsonl', `\n${JSON.stringify(tip)}`);
