import ky, { type KyInstance } from 'ky';

/** Elsewhere ky is bundled: a service worker has no `import()`. */
export const loadHttp = (): KyInstance => ky;
