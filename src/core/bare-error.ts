/** Rebuilds a cause chain from name, message, code and stack, each as `text` has it: no request, no response and no option is in it. */
export function bareError(input: unknown, text: (text: string) => string, depth = 0): Error {
  const from = Object(input) === input ? (input as Record<string, unknown>) : { message: String(input) };
  const { name, message, code, stack, cause = Array.isArray(from.errors) ? from.errors[0] : undefined } = from;
  const words = typeof message === 'string' ? text(message) : '';
  const copy = new Error(words, cause === undefined || depth > 4 ? {} : { cause: bareError(cause, text, depth + 1) });
  for (const [key, item] of Object.entries({ name, code, stack }))
    if (typeof item === 'string' || typeof item === 'number')
      Object.defineProperty(copy, key, { value: typeof item === 'string' ? text(item) : item });
  return copy;
}
