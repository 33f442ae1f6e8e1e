import { subscribe } from 'node:diagnostics_channel';
import { tipsFromEnv } from 'tipstream/env';

subscribe('tipstream:response', (response) => console.log(response));
subscribe('tipstream:retry', (retry) => console.log(retry));

tipsFromEnv(process.env).subscribe((tip) => console.log(tip.amount));
