import { register } from 'prom-client';
import { cacheLevels, createAnilibria } from 'tipstream/anilibria';
import { createMetrics } from 'tipstream/prometheus';

const metrics = createMetrics({ registry: register, platforms: ['anilibria'] });
const cache = cacheLevels();
metrics.cache('anilibria', cache.stats);
const anilibria = createAnilibria({ telemetry: metrics.telemetry, cache });
await anilibria.popular();
console.log(await register.metrics());
