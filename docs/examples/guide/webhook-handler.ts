import { createSource, isTipstreamError, type TipEvent } from 'tipstream';
import { tipEventSchema } from 'tipstream/schemas';

const tips = createSource<TipEvent>({ platform: 'webhook', id: (tip) => tip.id, unwatched: 'reject' });
tips.stream.subscribe((tip) => console.log(tip.amount), { onFailure: 'retry' });

export async function POST(request: Request): Promise<Response> {
  try {
    const read = tipEventSchema['~standard'].validate(await request.json());
    if (read.issues) return Response.json(read.issues, { status: 400 });
    await tips.push(read.value);
    return new Response(null, { status: 200 });
  } catch (error) {
    return new Response(null, { status: isTipstreamError(error, 'CONSUMER') ? 503 : 400 });
  }
}
