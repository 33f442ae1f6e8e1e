import type { Meta } from '../core/caller.ts';
import type { EndpointCall, ListCall } from '../core/client.ts';
import type { CallOptions } from '../core/options.ts';
import { type AllOptions, type Page, walk } from '../core/page.ts';
import type { Enveloped } from './envelope.ts';
import type { AnilibriaAnswerMeta, AnilibriaPagination } from './schemas.ts';

/** What is known of an answer beside its data: what the transport knows, and what the service says in its envelope. */
export interface AnilibriaMeta extends Meta, AnilibriaAnswerMeta {
  pagination?: AnilibriaPagination;
}

/** A call of the service. */
export interface AnilibriaCall<In, Out> extends EndpointCall<In, Out> {
  /** The same, with what the transport and the service say of the answer. */
  withMeta(...args: Parameters<EndpointCall<In, Out>['withMeta']>): Promise<{ data: Out; meta: AnilibriaMeta }>;
}

/** A call that answers with a list. */
export interface AnilibriaListCall<In, Item> extends AnilibriaCall<In, Page<Item>> {
  /** Every item of every page, asked for as they are needed; an empty page is the last. */
  all: ListCall<In, Item>['all'];
}

/** How a call is asked. */
export type Ask<In, T> = (input: In, options?: CallOptions) => Promise<{ data: T; meta: Meta }>;

/** A call whose answer is shown without its envelope. */
export function opened<In, T, U>(ask: Ask<In, Enveloped<T>>, show: (answer: Enveloped<T>) => U): AnilibriaCall<In, U> {
  const withMeta = async (input?: In, options?: CallOptions): Promise<{ data: U; meta: AnilibriaMeta }> => {
    const { data: answer, meta } = await ask(input as In, options);
    const { pagination } = answer;
    return { data: show(answer), meta: { ...answer.meta, ...(pagination && { pagination }), ...meta } };
  };
  const call = async (input?: In, options?: CallOptions): Promise<U> => (await withMeta(input, options)).data;
  return Object.assign(call, { withMeta }) as AnilibriaCall<In, U>;
}

/** A page of what the service listed (AL-15). */
function toPage<T, U>({ data, pagination, meta }: Enveloped<readonly T[]>, show: (item: T) => U): Page<U> {
  const { page, limit, total } = pagination ?? {};
  const pages = pagination?.pages ?? (total !== undefined && limit ? Math.ceil(total / limit) : undefined);
  const more = data.length > 0 && page !== undefined && pages !== undefined && page < pages;
  return {
    items: data.map(show),
    ...(total !== undefined && { total }),
    ...(page !== undefined && { page }),
    ...(pages !== undefined && { pages }),
    ...(more && { next: { page: page + 1 } }),
    ...((pagination || meta) && { upstream: { ...(pagination && { pagination }), ...(meta && { meta }) } }),
  };
}

/** A call whose answer is a page. */
export function listed<In extends object, T, U>(
  name: string,
  ask: Ask<In, Enveloped<readonly T[]>>,
  show: (item: T) => U,
): AnilibriaListCall<In, U> {
  const call = opened(ask, (answer) => toPage(answer, show));
  return Object.assign(call, {
    all: (input: In, { max, ...options }: AllOptions = {}) =>
      walk(
        `anilibria ${name}`,
        async (next: In) => (await call.withMeta(...([next, options] as never))).data,
        input ?? {},
        max,
      ),
  }) as AnilibriaListCall<In, U>;
}
