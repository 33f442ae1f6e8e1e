/** What is beside a Helix that is elsewhere, so that nothing for a copy reaches the original. */
export const besideOf = (baseUrl: string, name: string): string =>
  baseUrl.replace(/\/*$/, '').replace(/^([a-z]+:\/\/[^/]+.*?)(\/helix)?$/i, `$1/${name}`);
