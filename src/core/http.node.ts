import type { KyInstance } from 'ky';

/** On Node ky comes with the first request: loading it touches `Request`, which costs 40 ms that an importer should not pay. */
export const loadHttp = async (): Promise<KyInstance> => (await import('ky')).default;
