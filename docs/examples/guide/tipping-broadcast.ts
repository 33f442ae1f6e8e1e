import { createTipping, joinStream, livePantyStaging } from 'tipstream/tipping';

const tipping = createTipping({ baseUrl: livePantyStaging });
await tipping.auth.login({ email: 'ada@example.test', password: process.env.TIPPING_PASSWORD ?? '' });

const [stream] = (await tipping.streams.list()).items;
if (stream) {
  const { configuration, token, signalingUrl } = await joinStream(tipping, stream.id);
  console.log(`the media server is at ${signalingUrl}, and the token has ${token?.length} characters`);
  console.log(configuration.iceServers?.length, 'servers'); // in a page: new RTCPeerConnection(configuration)
}
await tipping.close();
