const readable = ['Date', 'Retry-After', 'X-RateLimit-Limit', 'X-RateLimit-Remaining', 'X-RateLimit-Reset'];

/** The headers that let pages of any origin ask and read: the methods of the path, and what this answer says. */
export const openTo = (
  request: Request,
  methods: readonly string[],
  headers: Readonly<Record<string, string>>,
): Record<string, string> => ({
  'access-control-allow-origin': '*',
  'access-control-expose-headers': [...readable, ...Object.keys(headers)].join(', '),
  ...(request.method === 'OPTIONS'
    ? {
        'access-control-allow-methods': [...methods, 'OPTIONS'].join(', '),
        'access-control-allow-headers': request.headers.get('access-control-request-headers') ?? '*',
        'access-control-allow-private-network': 'true',
        'access-control-max-age': '600',
      }
    : {}),
});
