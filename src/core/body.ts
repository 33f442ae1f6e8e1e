import { type Call, errorOf, onFail } from './call.ts';

/** What an answer may hold at most, decoded. */
const bodyLimit = 10_485_760;

/** Lets go of a body that nobody reads, so that its connection is free again. */
export const discard = (response: Response): void => {
  response.body?.cancel().catch(() => {});
};

/** The whole body as text, within `call` and `bodyLimit`. Beyond it the rest is not even received; a refusal says enough by its status. */
export async function readBody({ body, status, ok }: Response, call: Call): Promise<string> {
  if (!body) return '';
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const leave = (): void => void reader.cancel().catch(() => {});
  onFail(call, leave);
  let text = '';
  let size = 0;
  // Most answers come in one piece, which is read at once: reading piece by piece costs more.
  let last: Uint8Array | undefined;
  for (;;) {
    const { done, value } = await reader.read();
    if (call.failure) throw call.failure;
    if (done) return text + decoder.decode(last);
    size += value.byteLength;
    if (size > bodyLimit) {
      leave();
      if (!ok) return '';
      throw errorOf(call, 'SCHEMA', 'the answer is larger than 10 MiB', { status });
    }
    if (last) text += decoder.decode(last, { stream: true });
    last = value;
  }
}
