import type { Outcome } from './report.ts';
import { caches } from './subjects/caches.ts';
import { growth } from './subjects/growth.ts';
import { idle } from './subjects/idle.ts';
import { imports } from './subjects/imports.ts';
import { limits } from './subjects/limits.ts';
import { loopback } from './subjects/loopback.ts';
import { merging } from './subjects/merging.ts';
import { requests } from './subjects/requests.ts';
import { sizes } from './subjects/sizes.ts';
import { sockets } from './subjects/sockets.ts';
import { pagesOfTips } from './subjects/tips.ts';

/** What is measured, in the order of the page. */
export const subjects: Readonly<Record<string, () => Promise<Outcome>>> = {
  tips: pagesOfTips,
  sockets,
  merge: merging,
  requests,
  loopback,
  limits,
  caches,
  idle,
  size: sizes,
  import: imports,
  growth,
};
