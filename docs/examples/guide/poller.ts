import { pollTips } from 'tipstream';
import { fileStore } from 'tipstream/node';

const { SHOP_URL: url = 'http://127.0.0.1:8080/events' } = process.env;

const tips = pollTips<{ id: string; amount: number; from: string; at: number }>({
  platform: 'my-shop',
  checkpoint: fileStore('place.json'),
  async fetch(cursor = '', signal) {
    const answer = await fetch(`${url}?after=${cursor}`, { signal });
    return answer.json(); // { events, cursor }
  },
  toTip: ({ id, amount, from, at }) => ({
    platform: 'my-shop',
    id: `my-shop:-:${id}`,
    amount,
    unit: 'EUR',
    tipper: from,
    message: '',
    timestamp: at,
  }),
});

for await (const tip of tips) console.log(`${tip.tipper}: ${tip.amount}`);
