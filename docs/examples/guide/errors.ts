import { isTipstreamError } from 'tipstream';
import { tipsFromEnv } from 'tipstream/env';

try {
  for await (const tip of tipsFromEnv(process.env)) console.log(tip.amount);
} catch (error) {
  if (!isTipstreamError(error)) throw error;
  switch (error.code) {
    case 'AUTH':
    case 'PERMISSION':
      console.error(`Somebody must look at the key: ${error.message}`);
      break;
    default:
      throw error;
  }
}
