/** The headers that let pages of any origin ask and read. */
export const openTo = (request: Request): Record<string, string> => ({
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'Date, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset',
  ...(request.method === 'OPTIONS'
    ? {
        'access-control-allow-methods': 'GET, OPTIONS',
        'access-control-allow-headers': request.headers.get('access-control-request-headers') ?? '*',
        'access-control-allow-private-network': 'true',
        'access-control-max-age': '600',
      }
    : {}),
});
