import { expect, onTestFinished, test } from 'vitest';
import { isTipstreamError, type TipstreamError } from '../../src/core/errors.ts';
import { pick, seededRandom } from '../../src/mock/random.ts';
import type { Tipping } from '../../src/tipping/index.ts';
import { as, platform } from '../tipping/client.ts';
import { type Cut, createCuttingProxy } from '../tipping/cutting-proxy.ts';

const transfers = 1_000;
const cuts = ['none', 'request', 'answer', 'head', 'body'] as const;

/** One transfer: where it was cut, and what the app learned. */
interface Tried {
  key: string;
  tokens: number;
  cut: Cut;
  error: TipstreamError | undefined;
}

/** An evening of transfers through a proxy that cuts a share of the connections, and accepts none now and then. */
async function evening(retry: number, share: number) {
  const host = await platform();
  const proxy = await createCuttingProxy(host.baseUrl);
  onTestFinished(proxy.close);
  host.controls.account('ada').wallet.token_balance = 1e9;
  const ada = await as('ada', host, { baseUrl: `${proxy.url}/v1`, retry: { limit: retry, base: 1 }, limiter: false });
  const toUserId = host.controls.account('mira').user.id;
  const random = seededRandom(11, 'transfers');

  const planned = new Map<string, Exclude<Cut, 'refused'>>();
  proxy.cut = ({ 'idempotency-key': key }) => {
    const cut = planned.get(String(key)) ?? 'none';
    // Only the first attempt of a transfer is cut for sure; what follows is chance again.
    planned.set(String(key), random() < share / 2 ? pick(random, cuts) : 'none');
    return cut;
  };
  const pay = (client: Tipping, key: string, tokens: number) =>
    client.wallet.transfer({ toUserId, tokens, streamId: host.controls.streamId }, { idempotencyKey: key });

  const tried: Tried[] = [];
  const one = async (index: number, cut: Cut): Promise<void> => {
    const [key, tokens] = [`transfer-${index}`, 1 + (index % 7)];
    if (cut !== 'refused') planned.set(key, cut);
    const error = await pay(ada, key, tokens).then(
      () => undefined,
      (caught) => {
        if (isTipstreamError(caught)) return caught;
        throw caught;
      },
    );
    tried.push({ key, tokens, cut, error });
  };
  for (let index = 0; index < transfers; index += 20) {
    const refused = share === 1 && (index / 20) % 5 === 4;
    await proxy.listen(!refused);
    await Promise.all(
      Array.from({ length: 20 }, (_, each) =>
        one(index + each, refused ? 'refused' : random() < share ? pick(random, cuts) : 'none'),
      ),
    );
  }
  await proxy.listen(true);
  proxy.cut = () => 'none';
  const paid = (): Map<string | undefined, number> => {
    const counts = new Map<string | undefined, number>();
    for (const { key } of host.controls.ledger) counts.set(key, (counts.get(key) ?? 0) + 1);
    return counts;
  };
  return { host, ada, tried, pay, paid };
}

test('TP-17 XS-3 1,000 transfers, most of them cut: no key is paid twice, error.sent is true, and repeating completes the ledger', async () => {
  const { host, ada, tried, pay, paid } = await evening(0, 1);
  const before = paid();
  expect(tried).toHaveLength(transfers);
  expect([...before.values()].filter((times) => times !== 1)).toEqual([]);

  const told = tried.map(({ key, cut, error }) => ({ cut, sent: error?.sent ?? 'answered', paid: before.has(key) }));
  const seen = (cut: Cut) => [
    ...new Set(told.filter((each) => each.cut === cut).map(({ sent, paid }) => `${sent}, ${paid}`)),
  ];
  expect(seen('none')).toEqual(['answered, true']);
  // Before the request, and after the head of the answer, it is known; the proxy's own view is the ledger.
  expect(seen('refused')).toEqual(['no, false']);
  expect(seen('body')).toEqual(['yes, true']);
  // In between nobody can know.
  expect(seen('request')).toEqual(['maybe, false']);
  expect(seen('answer')).toEqual(['maybe, true']);
  expect(seen('head')).toEqual(['maybe, true']);
  for (const cut of ['none', 'refused', 'body', 'request', 'answer', 'head'])
    expect(told.filter((each) => each.cut === cut).length).toBeGreaterThan(50);

  for (const { key, tokens, error } of tried) if (error && error.sent !== 'yes') await pay(ada, key, tokens);
  const after = paid();
  expect(after.size).toBe(transfers);
  expect([...after.values()].filter((times) => times !== 1)).toEqual([]);
  const sum = tried.reduce((total, { tokens }) => total + tokens, 0);
  expect(host.controls.account('mira').wallet.token_balance).toBe(sum);
  expect(host.controls.account('ada').wallet.token_balance).toBe(1e9 - sum);
}, 60_000);

test('TP-17 the same with retries: the client itself repeats with the same key, and still nothing is paid twice', async () => {
  const { ada, tried, pay, paid } = await evening(4, 0.15);
  const before = paid();
  expect([...before.values()].filter((times) => times !== 1)).toEqual([]);
  for (const { key, error } of tried) {
    if (!error) expect(before.get(key)).toBe(1);
    if (error?.sent === 'no') expect(before.has(key)).toBe(false);
  }
  const failed = tried.filter(({ error }) => error);
  // The client gives up where it would storm an upstream that only fails; here it need not.
  expect(failed.length).toBeLessThan(transfers / 100);
  expect(tried.filter(({ cut }) => cut !== 'none').length).toBeGreaterThan(transfers / 20);
  for (const { key, tokens } of failed) await pay(ada, key, tokens);
  expect(paid().size).toBe(transfers);
  expect([...paid().values()].filter((times) => times !== 1)).toEqual([]);
}, 60_000);
