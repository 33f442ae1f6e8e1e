/** How far each step of a round turns the word. */
const turns = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
] as const;

/** The message with its mark and its length, in words of four bytes. */
function wordsOf(bytes: Uint8Array): Int32Array {
  const words = new Int32Array((((bytes.length + 8) >> 6) + 1) * 16);
  const put = (byte: number, at: number): void => {
    words[at >> 2] = (words[at >> 2] ?? 0) | (byte << ((at & 3) * 8));
  };
  bytes.forEach(put);
  put(0x80, bytes.length);
  words[words.length - 2] = bytes.length * 8;
  return words;
}

/** One of the four mixtures of RFC 1321, and which word it takes. */
function mix(round: number, step: number, b: number, c: number, d: number): [mixed: number, word: number] {
  if (round === 0) return [(b & c) | (~b & d), step];
  if (round === 1) return [(d & b) | (~d & c), 5 * step + 1];
  if (round === 2) return [b ^ c ^ d, 3 * step + 5];
  return [c ^ (b | ~d), 7 * step];
}

/**
 * The MD5 of a text's UTF-8 bytes (RFC 1321), 16 bytes. It only ever picks a colour: WebCrypto does not have it, as it protects nothing.
 */
export function md5(text: string): Uint8Array {
  const words = wordsOf(new TextEncoder().encode(text));
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  for (let block = 0; block < words.length; block += 16) {
    let [a = 0, b = 0, c = 0, d = 0] = state;
    for (let step = 0; step < 64; step += 1) {
      const round = step >> 4;
      const [mixed, word] = mix(round, step, b, c, d);
      const sine = Math.floor(Math.abs(Math.sin(step + 1)) * 2 ** 32);
      const sum = (a + mixed + sine + (words[block + (word & 15)] ?? 0)) | 0;
      const turn = turns[round]?.[step & 3] ?? 0;
      [a, d, c, b] = [d, c, b, (b + ((sum << turn) | (sum >>> (32 - turn)))) | 0];
    }
    [a, b, c, d].forEach((part, index) => {
      state[index] = (state[index] ?? 0) + part;
    });
  }
  return Uint8Array.from({ length: 16 }, (_, index) => (state[index >> 2] ?? 0) >> ((index & 3) * 8));
}
