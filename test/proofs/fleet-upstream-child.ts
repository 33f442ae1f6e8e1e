/** An upstream in a process of its own: rooms, and the mean time between two tips of a room in milliseconds. It tells its parent how it is asked. */
import { startUpstream } from './fleet-upstream.ts';

const [count = '100', every = '60000'] = process.argv.slice(2);
const names = Array.from({ length: Number(count) }, (_, n) => `room-${n}`);
const upstream = await startUpstream(names);

let giving = false;
let began = 0;
let given = 0;
process.on('message', (message) => {
  giving = message === 'begin';
  if (giving) began = Date.now();
});
process.on('disconnect', () => process.exit());

const due = (): number => Math.floor(((Date.now() - began) / Number(every)) * names.length);
setInterval(() => {
  for (const now = due(); giving && given < now; given += 1)
    upstream.tip(names[Math.floor(Math.random() * names.length)] ?? '');
}, 50);
setInterval(() => {
  let asked = 0;
  for (const room of upstream.rooms.values()) if (room.asked.length > 0) asked += 1;
  process.send?.({ url: upstream.url, asked, requests: upstream.requests, given });
}, 100);
