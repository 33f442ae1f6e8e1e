import { createTwitch } from 'tipstream/twitch';

const twitch = createTwitch({ clientId: process.env.TWITCH_CLIENT_ID ?? '', token: process.env.TWITCH_TOKEN ?? '' });
const tips = twitch.push();
tips.subscribe((tip) => console.log(tip.tipper, tip.amount, tip.unit), { onFailure: 'retry' });

/** Whether Twitch signed it in the last ten minutes, with the secret that the subscription was made with. */
async function isSigned(id: string, at: string, body: ArrayBuffer, signature: string): Promise<boolean> {
  const secret = new TextEncoder().encode(process.env.TWITCH_WEBHOOK_SECRET ?? '');
  const key = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
  const hex = signature.replace(/^sha256=/, '').match(/[\da-f]{2}/g) ?? [];
  const said = Uint8Array.from(hex, (byte) => Number.parseInt(byte, 16));
  const signed = await new Blob([id, at, body]).arrayBuffer();
  return Date.now() - Date.parse(at) < 600_000 && crypto.subtle.verify('HMAC', key, said, signed);
}

/** Answers Twitch once the tip was taken. */
export async function hook(request: Request): Promise<Response> {
  const header = (name: string): string => request.headers.get(`twitch-eventsub-message-${name}`) ?? '';
  const [message_id, message_timestamp] = [header('id'), header('timestamp')];
  const bytes = await request.arrayBuffer();
  if (!(await isSigned(message_id, message_timestamp, bytes, header('signature'))))
    return new Response(null, { status: 403 });
  const body: Record<string, unknown> = JSON.parse(new TextDecoder().decode(bytes));
  if (typeof body.challenge === 'string') return new Response(body.challenge);
  await tips.feed({ ...body, message_id, message_timestamp });
  return new Response(null, { status: 204 });
}
