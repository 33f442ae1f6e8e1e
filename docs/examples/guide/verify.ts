import { clientsFromEnv } from 'tipstream/env';

const { chaturbate, stripchat, camsoda, close } = clientsFromEnv(process.env);
for (const client of [chaturbate, stripchat, camsoda]) {
  if (client) console.log((await client.verify()).message);
}
await close();
