import { createAnilibria } from 'tipstream/anilibria';

const anilibria = createAnilibria();
const news = anilibria.notifications({ titles: [9919], types: ['new_title'] }); // all of one title, and every new one
news.on('gap', ({ from, to }) => console.log('nothing was heard between', from, 'and', to));
news.subscribe((event) => {
  if (event.type === 'new_title') console.log('new:', event.data.title);
  if (event.type === 'new_episode') console.log(event.data.title, event.data.episode);
});
news.subscribeTitle(9918);
