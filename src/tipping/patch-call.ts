import type { Meta } from '../core/caller.ts';
import type { EndpointCall } from '../core/client.ts';
import type { CallOptions } from '../core/options.ts';

/** A call that changes something: `update(id, patch)`, or both as one input. */
export interface PatchCall<Id extends string, Patch, Out> {
  (id: string, patch: Patch, options?: CallOptions): Promise<Out>;
  (input: { readonly [K in Id]: string } & { patch: Patch }, options?: CallOptions): Promise<Out>;
  /** The same, with what else is known of the answer. */
  withMeta(
    input: { readonly [K in Id]: string } & { patch: Patch },
    options?: CallOptions,
  ): Promise<{ data: Out; meta: Meta }>;
}

/** Takes the id by itself, too. */
export function patchCall<Id extends string, Patch, Out>(
  name: Id,
  call: { withMeta(input: unknown, options?: CallOptions): Promise<{ data: Out; meta: Meta }> },
): PatchCall<Id, Patch, Out> {
  const run = (first: unknown, second?: unknown, third?: CallOptions) =>
    typeof first === 'string'
      ? call.withMeta({ [name]: first, patch: second }, third)
      : call.withMeta(first, second === undefined ? undefined : { ...second });
  return Object.assign(
    async (first: unknown, second?: unknown, third?: CallOptions) => (await run(first, second, third)).data,
    {
      withMeta: run,
    },
  );
}

/** A call out of what it gives with everything that is known of the answer. */
export const resultOf = <In, Out>(withMeta: EndpointCall<In, Out>['withMeta']): EndpointCall<In, Out> =>
  Object.assign(async (...given: Parameters<EndpointCall<In, Out>>) => (await withMeta(...given)).data, { withMeta });
