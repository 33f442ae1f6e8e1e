/** CRC-32 of PNG. */
function crc(bytes: readonly number[]): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}

/** The checksum of zlib. */
function adler(bytes: readonly number[]): number {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return ((b << 16) | a) >>> 0;
}

const word = (value: number): number[] => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
const short = (value: number): number[] => [value & 255, value >>> 8];

const chunk = (name: string, data: readonly number[]): number[] => {
  const body = [...Array.from(name, (letter) => letter.charCodeAt(0)), ...data];
  return [...word(data.length), ...body, ...word(crc(body))];
};

const side = 8;

/** A PNG of one colour, 8 by 8, without any library: the picture that a person of the mock has. */
export function png(colour: readonly [number, number, number]): Uint8Array<ArrayBuffer> {
  const row = [0, ...Array.from({ length: side }, () => colour).flat()];
  const pixels = Array.from({ length: side }, () => row).flat();
  const stored = [
    0x78,
    1,
    1,
    ...short(pixels.length),
    ...short(~pixels.length & 0xffff),
    ...pixels,
    ...word(adler(pixels)),
  ];
  return Uint8Array.of(
    ...[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    ...chunk('IHDR', [...word(side), ...word(side), 8, 2, 0, 0, 0]),
    ...chunk('IDAT', stored),
    ...chunk('IEND', []),
  );
}
