/**
 * An object that has `state` of its own and shares its functions with all of its kind: what exists by the thousand costs no more than what
 * it knows, and engines see one shape. (A getter in an object literal would give every object a shape of its own.)
 */
export const withPrototype = <M extends object, S extends object>(methods: M & ThisType<M & S>, state: S): M & S =>
  Object.assign(Object.create(methods), state);
