/** Strings, and whole numbers of which a parser would lose digits. */
const long = /"(?:[^"\\]|\\.)*"|(?<![\w.+-])-?\d{16,}(?![\d.eE])/g;

/**
 * JSON, with whole numbers of 16 digits and more as text: ids of TikTok have up to 19, and a number holds 15 (TT-52). A text that is none is
 * given back as it is.
 */
export function parseFrame(text: string): unknown {
  try {
    return JSON.parse(text.replace(long, (found) => (found.startsWith('"') ? found : `"${found}"`)));
  } catch {
    return text;
  }
}
