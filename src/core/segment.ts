/** A text as one segment of an address. Half a letter, of which `encodeURIComponent` makes an error, becomes the sign for it, as in a query. */
export const segment = (text: string): string => encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));
