import { createStripchat } from 'tipstream/stripchat';

const stripchat = createStripchat({ token: 'none' }); // a relay brings the events, so nothing is asked
const relay = stripchat.push();
relay.subscribe((tip) => console.log(tip.amount), { onFailure: 'retry' });

export async function handle(request: Request): Promise<Response> {
  try {
    await relay.feed(await request.json());
    return new Response('ok');
  } catch {
    return new Response('again, please', { status: 503 });
  }
}
