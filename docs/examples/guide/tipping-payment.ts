import { isTipstreamError } from 'tipstream';
import { createTipping, livePantyStaging } from 'tipstream/tipping';

const tipping = createTipping({ baseUrl: livePantyStaging });
await tipping.auth.login({ email: 'ada@example.test', password: process.env.TIPPING_PASSWORD ?? '' });

async function tip(orderId: string, toUserId: string, tokens: number): Promise<'paid' | 'too few tokens' | 'not yet'> {
  try {
    await tipping.wallet.transfer({ toUserId, tokens }, { idempotencyKey: orderId });
    return 'paid';
  } catch (error) {
    if (isTipstreamError(error, 'INSUFFICIENT_BALANCE')) return 'too few tokens';
    // `sent` is 'no', 'yes' or 'maybe'; with the same key it is safe to call again in any case.
    if (isTipstreamError(error) && error.retryable) return 'not yet';
    throw error;
  }
}

const [stream] = (await tipping.streams.list()).items;
if (stream) console.log(await tip('order-1', stream.host_id, 5), await tip('order-1', stream.host_id, 5)); // paid paid, and 5 tokens are gone
await tipping.close();
