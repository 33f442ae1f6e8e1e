import { numberOf, type RateWords, values } from './rate-limit.ts';

/** `r` of `"name";r=5;t=1`, or `remaining` of the older `limit=10, remaining=5, reset=1`. */
const parameter = (text: string, name: string): number =>
  text ? numberOf(new RegExp(`\\b(?:${name})=([^;,\\s]+)`).exec(text)?.[1] ?? '') : Number.NaN;

const nameOf = (text: string): string | undefined => text.split(';')[0];

/** Reads `RateLimit` with `RateLimit-Policy` (XS-2): of several policies the one with the fewest calls left. */
export function readRateFields(headers: Headers): RateWords {
  const combined = headers.get('ratelimit') ?? '';
  const left = (text: string): number => {
    const calls = parameter(text, 'r|remaining');
    return Number.isNaN(calls) ? Number.MAX_VALUE : calls;
  };
  const [strictest = ''] = (/limit=/.test(combined) ? [combined] : values(headers, 'ratelimit')).sort(
    (a, b) => left(a) - left(b),
  );
  const policies = values(headers, 'ratelimit-policy');
  const policy = policies.find((each) => nameOf(each) === nameOf(strictest)) ?? policies[0] ?? '';
  const limits = [parameter(strictest, 'limit'), parameter(policy, 'q'), numberOf(policy)];
  return {
    limit: limits.find((limit) => !Number.isNaN(limit)) ?? Number.NaN,
    remaining: parameter(strictest, 'r|remaining'),
    reset: parameter(strictest, 't|reset') * 1000,
  };
}
