import { type Answer, json } from '../answer.ts';

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  429: 'Too Many Requests',
};

/** A failure as Helix words it. */
export const refusal = (status: number, message: string, headers?: Record<string, string>): Answer =>
  json(status, { error: titles[status] ?? 'Error', status, message }, headers);

/** A failure as id.twitch.tv words it: without a title. */
export const idRefusal = (status: number, message: string): Answer => json(status, { status, message });
