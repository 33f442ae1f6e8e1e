/** A username as the wire wants it, of `name`, `@name` or the address of a profile or live page (TT-8); `undefined` where there is none. */
export function usernameOf(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value.trim() : '';
  const named = /^(?:https?:\/\/)?(?:[\w-]+\.)*tiktok\.com\/@?([^/?#]+)/i.exec(text)?.[1] ?? text;
  const name = named.replace(/^@+/, '');
  return /^[^/?#\s]+$/.test(name) && !/^\.{1,2}$/.test(name) ? name : undefined;
}

/** What is wrong where there is no username. */
export const noUsername = 'username: write "name", "@name" or the address of the profile';
