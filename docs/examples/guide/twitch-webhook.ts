import { createTwitch } from 'tipstream/twitch';

const twitch = createTwitch({ clientId: process.env.TWITCH_CLIENT_ID ?? '', token: process.env.TWITCH_TOKEN ?? '' });
const tips = twitch.push();
tips.subscribe((tip) => console.log(tip.tipper, tip.amount, tip.unit), { onFailure: 'retry' });

/** Answers Twitch once the tip was taken. Check the signature first. */
export async function hook(request: Request): Promise<Response> {
  const body: Record<string, unknown> = JSON.parse(await request.text());
  if (typeof body.challenge === 'string') return new Response(body.challenge);
  await tips.feed({
    ...body,
    message_id: request.headers.get('twitch-eventsub-message-id'),
    message_timestamp: request.headers.get('twitch-eventsub-message-timestamp'),
  });
  return new Response(null, { status: 204 });
}
