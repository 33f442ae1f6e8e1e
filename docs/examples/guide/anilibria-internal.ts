import { createAnilibriaInternal } from 'tipstream/anilibria';

const internal = createAnilibriaInternal({
  token: process.env.ANILIBRIA_SERVICE_TOKEN ?? '',
  baseUrl: 'http://anilibria:8000',
  nodeUrl: 'http://node:5000',
});
await internal.sync.title({ titleId: 9919, force: true });
await internal.cache.clear({ pattern: 'anilibria:title:*', confirm: true });
await internal.notify({ type: 'new_episode', titleId: 9919, episode: 18, timestamp: new Date().toISOString() });
await internal.close();
