import { createAnilibria } from 'tipstream/anilibria';

const anilibria = createAnilibria();
const { data, meta } = await anilibria.titles.list.withMeta({ page: 2 });
console.log(data.items.length, meta.pagination?.total, meta.source, meta.cached, meta.cache);
