import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/core/redact.ts';
import { timed } from './support.ts';

const spell: readonly ((text: string) => string)[] = [
  (text) => text,
  encodeURIComponent,
  (text) => JSON.stringify(text),
  (text) => JSON.stringify(JSON.stringify(text)),
  (text) => encodeURIComponent(JSON.stringify(text)),
  (text) => String(new URLSearchParams({ q: text })),
];

/** As a page of an upstream that failed quotes it, by the letters of its framework. */
const quoted: readonly ((text: string) => string)[] = [
  (text) => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`),
  (text) => text.replace(/[&<>"']/g, (letter) => `&#x${letter.charCodeAt(0).toString(16)};`),
  (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
  (text) =>
    JSON.stringify(text).replace(
      /[\u0080-\uffff]/g,
      (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
];

describe('a secret that somebody else chose', () => {
  it.each(quoted.map((quote) => [quote('a&\u00e4'), quote] as const))(
    'of signs and other alphabets is found where a page quotes it as %s',
    (_, quote) => {
      const redactor = createRedactor();
      redactor.add('p\u00e4ss&w<\u00f6>r"d');
      expect(redactor.text(`<b>${quote('p\u00e4ss&w<\u00f6>r"d')}</b>`)).not.toMatch(/ss|[wr]/);
    },
  );

  it.each([
    ['of nothing but backslashes', '\\'.repeat(40)],
    ['of many backslashes and a sign', `${'\\'.repeat(40)}!`],
    ['of rows of backslashes', '\\\\\\-'.repeat(20)],
    ['of quotes and percent signs', '"%25%"+ \\'.repeat(5)],
  ])('%s is found in every spelling, and takes no longer to look for than the text is long', (_, secret) => {
    const redactor = createRedactor();
    redactor.add(secret);
    for (const spelled of spell) expect(redactor.text(`<${spelled(secret)}>`)).not.toContain(secret.slice(0, 8));
    const hostile = [`${'\\'.repeat(5000)}`, `${'\\'.repeat(39)}-`.repeat(120), `${secret.slice(0, -1)}?`.repeat(100)];
    for (const text of hostile) expect(timed(() => redactor.text(text))).toBeLessThan(1000);
  });

  it('of megabytes is masked to the end of the text, and the next text of another is read as before', () => {
    const redactor = createRedactor();
    const secret = 'aB3-'.repeat(1_000_000);
    expect(timed(() => redactor.add(secret))).toBeLessThan(500);
    expect(redactor.text(`password ${secret} is too long`)).toBe('password ***');
    expect(redactor.text('503, the upstream failed')).toBe('503, the upstream failed');
    expect(redactor.text(JSON.stringify({ said: secret }))).toBe('{"said":"***');
  });

  it('of megabytes that is cut in the middle of a letter is masked all the same', () => {
    const redactor = createRedactor();
    const secret = `${'a'.repeat(9999)}😀tail-of-the-secret`;
    redactor.add(secret);
    for (const text of [secret, encodeURIComponent(secret)]) expect(redactor.text(`<${text}>`)).toBe('<***');
  });

  it.each([5, 12345, {}, [], ['abcd'], null, undefined, true])('that is no text (%j) masks nothing else', (secret) => {
    const redactor = createRedactor();
    redactor.add(secret as never);
    expect(redactor.text('503, the upstream failed')).toBe('503, the upstream failed');
  });
});
