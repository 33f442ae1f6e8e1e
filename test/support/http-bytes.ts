/** One HTTP message at the beginning of `bytes`; `undefined` while it is not whole. Without a length it has no body. */
export function messageIn(bytes: Buffer): { head: string; headBytes: number; bytes: number } | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = bytes.subarray(0, end).toString('latin1');
  const headBytes = end + 4;
  const body = /^transfer-encoding:.*chunked/im.test(head)
    ? chunksIn(bytes, headBytes)
    : headBytes + Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
  return body === undefined || body > bytes.length ? undefined : { head, headBytes, bytes: body };
}

/** Where a chunked body that begins at `from` ends; trailers are not looked for. */
function chunksIn(bytes: Buffer, from: number): number | undefined {
  for (let at = from; ; ) {
    const line = bytes.indexOf('\r\n', at);
    if (line < 0) return undefined;
    const size = Number.parseInt(bytes.subarray(at, line).toString('latin1'), 16);
    at = line + 2 + size + 2;
    if (at > bytes.length) return undefined;
    if (size === 0) return at;
  }
}
