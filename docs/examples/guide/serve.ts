import { toResponse } from 'tipstream';
import { tipsFromEnv } from 'tipstream/env';

const tips = tipsFromEnv(process.env);

export const GET = (request: Request): Response => toResponse(tips, { format: 'sse', request });
