import type { Registry } from 'prom-client';

/** The lines of the metrics whose names begin so, without their help and type. */
export const lines = async (registry: Registry, name: string): Promise<string[]> =>
  (await registry.metrics()).split('\n').filter((line) => line.startsWith(name));
