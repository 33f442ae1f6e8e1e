import { TipstreamError } from '../../core/errors.ts';

/** A picture, or whatever else a data URL held. */
export interface DecodedDataUrl {
  /** In small letters, without parameters: `image/png`. What it says of itself, not what it is. */
  mime: string;
  bytes: Uint8Array<ArrayBuffer>;
}

const wrong = (what: string): TipstreamError =>
  new TipstreamError({ code: 'VALIDATION', message: `decodeDataUrl: ${what}` });

/**
 * Takes a data URL apart, base64 or percent-encoded (TT-12).
 *
 * @throws TipstreamError `VALIDATION` for what is no data URL. The message holds nothing of it.
 */
export function decodeDataUrl(url: string): DecodedDataUrl {
  const comma = url.indexOf(',');
  const head = comma < 0 ? '' : url.slice(0, comma).trim();
  if (!/^data:/i.test(head) || head.length > 200) throw wrong('this is no data URL; it begins with data:image/...');
  const [mime = '', ...parameters] = head.slice(5).split(';');
  const coded = parameters.at(-1)?.trim().toLowerCase() === 'base64';
  try {
    const body = plainText(url.slice(comma + 1));
    const binary = coded ? atob(body) : body;
    const bytes = new Uint8Array(binary.length);
    for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
    return { mime: mime.trim().toLowerCase() || 'text/plain', bytes };
  } catch {
    throw wrong('what follows the comma cannot be read');
  }
}

/** The text without percent signs, one character per byte; what is beyond ASCII as its UTF-8. */
const plainText = (text: string): string =>
  text
    .replace(/[^\0-\x7f]+/g, encodeURIComponent)
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

/** How many bytes go into text at once: a call takes so many arguments and not many more. */
const chunk = 0x8000;

/** A picture as a data URL. */
export function toDataUrl(mime: string, bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += chunk) binary += String.fromCharCode(...bytes.subarray(at, at + chunk));
  return `data:${mime};base64,${btoa(binary)}`;
}
