import { bestSource, createAnilibria } from 'tipstream/anilibria';

const anilibria = createAnilibria({ baseUrl: 'http://localhost:8000/api/anilibria/v2' });
const ongoing = anilibria.titles.list.all({ status: 'ongoing', genres: ['Драма'] }, { max: 10 });
for await (const { id, names } of ongoing) console.log(id, names.ru);
const title = await anilibria.titles.get({ id: 9919 });
console.log(title.episodeCount.total);
console.log(title.episodeList.map((episode) => bestSource(episode, { prefer: '720p' })?.url));
await anilibria.close();
