import Keyv from 'keyv';
import { cacheLevels, createAnilibria } from 'tipstream/anilibria';

const cache = cacheLevels({
  shared: new Keyv(), // new Keyv({ store: new KeyvRedis('redis://...') })
  database: new Keyv(), // any Keyv that outlives the process
  onError: (error) => console.warn(error),
});
const anilibria = createAnilibria({ cache });
await anilibria.popular();
console.log(cache.stats()); // { hits: [0, 0, 0], misses: 1 }
