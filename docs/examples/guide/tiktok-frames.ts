import { createSource } from 'tipstream';
import { giftTips } from 'tipstream/tiktok';

const frames = createSource<string>({ platform: 'my-relay' });
giftTips(frames.stream).subscribe((tip) => console.log(tip.id, tip.amount));

const relay = new WebSocket(process.env.RELAY_URL ?? 'ws://127.0.0.1:21213/');
relay.addEventListener('message', ({ data }) => void frames.push(String(data)));
