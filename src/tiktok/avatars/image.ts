import { isTipstreamError, TipstreamError } from '../../core/errors.ts';
import type { Fetch } from '../../core/options.ts';
import { errorCodeOf } from '../../core/status.ts';
import { type DecodedDataUrl, decodeDataUrl } from './data-url.ts';
import { imageTypeOf } from './image-type.ts';
import { avatarLimits } from './limits.ts';

/** A picture whose type was read from its bytes. */
export type Image = DecodedDataUrl;

const { minBytes, maxBytes } = avatarLimits;

const failure = (code: TipstreamError['code'], message: string, cause?: unknown): TipstreamError =>
  new TipstreamError({ code, message: `avatars: ${message}`, cause });

/** A picture of these bytes, where they are one. Drawings (SVG) are taken only from those who are asked for one. */
function toImage(bytes: Uint8Array<ArrayBuffer>, drawn: boolean): Image {
  if (bytes.length < minBytes || bytes.length > maxBytes)
    throw failure('SCHEMA', `a picture of ${bytes.length} bytes is none of ours; ${minBytes} to ${maxBytes} are`);
  const mime = imageTypeOf(bytes);
  if (!mime || (mime === 'image/svg+xml' && !drawn)) throw failure('SCHEMA', 'what came is no picture');
  return { mime, bytes };
}

/** The bytes of an answer; beyond the limit the rest is not even received. */
async function readBytes({ body }: Response): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  const reader = body?.getReader();
  let size = 0;
  for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
    size += part.value.byteLength;
    if (size > maxBytes) {
      reader?.cancel().catch(() => {});
      break;
    }
    parts.push(part.value);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}

/**
 * Fetches a picture, without a credential and without following anybody elsewhere.
 *
 * @throws TipstreamError `NETWORK`, by status, or `SCHEMA` for what is no picture
 */
export async function fetchImage(fetch: Fetch, url: string, signal: AbortSignal, drawn = false): Promise<Image> {
  const request = new Request(url, { headers: { accept: 'image/*' }, redirect: 'manual' });
  try {
    const response = await fetch(request, { signal });
    if (!response.ok) {
      response.body?.cancel().catch(() => {});
      throw failure(errorCodeOf(response.status || 302), `${new URL(url).host} answered ${response.status}`);
    }
    return toImage(await readBytes(response), drawn);
  } catch (cause) {
    if (isTipstreamError(cause)) throw cause;
    throw failure('NETWORK', `${new URL(url).host} gave no answer`, cause);
  }
}

/** The picture in a data URL, where there is one; `undefined` for anything else. */
export function imageIn(dataUrl: string | null | undefined): Image | undefined {
  // Four characters for three bytes, or three for one.
  if (!dataUrl || dataUrl.length > maxBytes * 3 + 200) return undefined;
  try {
    return toImage(decodeDataUrl(dataUrl).bytes, true);
  } catch {
    return undefined;
  }
}

/** The SHA-256 of a picture in hex; `undefined` where the page has no secure context. */
export async function hashOf({ bytes }: Image): Promise<string | undefined> {
  const hash = await globalThis.crypto?.subtle?.digest('SHA-256', bytes);
  return hash && Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
