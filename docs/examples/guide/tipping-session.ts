import { fileStore } from 'tipstream/node';
import { createTipping, livePantyStaging } from 'tipstream/tipping';

const tipping = createTipping({ baseUrl: livePantyStaging, store: fileStore('./session.json') });
tipping.on('sessionExpired', ({ reason }) => console.log(`sign in again: ${reason}`));
console.log(await tipping.verify()); // { ok: false, message: 'tipping auth.me: nobody is signed in; sign in with auth.login()' }
await tipping.close();
