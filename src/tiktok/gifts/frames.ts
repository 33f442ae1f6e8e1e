/** Whole numbers of which a parser would lose digits. */
const long = /(?<![\w.+-])-?\d{16,}(?![\d.eE])/g;

/** Whether the quote at `at` is part of its string: an odd number of backslashes is before it. */
const isEscaped = (text: string, at: number): boolean => {
  let first = at;
  while (text[first - 1] === '\\') first -= 1;
  return (at - first) % 2 === 1;
};

/** JSON with its long numbers in quotes. Strings are passed over by hand: they may be long, and expressions run out of stack or time in them. */
function quoted(json: string): string {
  let result = '';
  let at = 0;
  while (at < json.length) {
    const found = json.indexOf('"', at);
    const begin = found < 0 ? json.length : found;
    let end = begin;
    do end = json.indexOf('"', end + 1);
    while (end > 0 && isEscaped(json, end));
    const next = end < 0 ? json.length : end + 1;
    result += json.slice(at, begin).replace(long, '"$&"') + json.slice(begin, next);
    at = next;
  }
  return result;
}

/**
 * JSON, with whole numbers of 16 digits and more as text: ids of TikTok have up to 19, and a number holds 15 (TT-52). A text that is none is
 * given back as it is. Takes as long as the text is, whatever it is made of.
 */
export function parseFrame(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return /\d{16}/.test(text) ? JSON.parse(quoted(text)) : value;
  } catch {
    return text;
  }
}
