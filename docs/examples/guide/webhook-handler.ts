import { createSource, isTipstreamError, type TipEvent } from 'tipstream';

const tips = createSource<TipEvent>({ platform: 'webhook', id: (tip) => tip.id, unwatched: 'reject' });
tips.stream.subscribe((tip) => console.log(tip.amount));

export async function POST(request: Request): Promise<Response> {
  try {
    await tips.push(await request.json());
    return new Response(null, { status: 200 });
  } catch (error) {
    return new Response(null, { status: isTipstreamError(error, 'CONSUMER') ? 503 : 400 });
  }
}
