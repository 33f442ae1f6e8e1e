/** The body as JSON or as a form, by its content type; a field that comes several times is a list. */
export async function readBody(request: Request): Promise<unknown> {
  const type = request.headers.get('content-type') ?? '';
  try {
    if (/[/+]json\b/i.test(type)) return await request.json();
    if (/x-www-form-urlencoded/i.test(type)) return fields(new URLSearchParams(await request.text()));
    if (/multipart\/form-data/i.test(type)) return fields(await request.formData());
  } catch {
    // What cannot be read is a body that is not there.
  }
  return undefined;
}

function fields(entries: Iterable<[string, unknown]>): Record<string, unknown> {
  const lists = new Map<string, unknown[]>();
  for (const [name, value] of entries) lists.set(name, [...(lists.get(name) ?? []), value]);
  return Object.fromEntries([...lists].map(([name, values]) => [name, values.length === 1 ? values[0] : values]));
}
