/** The fields by which platforms say that the giver of a tip wants to stay unnamed. */
const flag = /^(?:is_?anon(?:ymous)?(?:_tip)?|is_stealth)$/i;
const person = /^(?:from_?)?(?:user|user_?data|from|tipper|sender|member|viewer|fan|author)$/i;
const nameField = /(?:name|login|nick|(?:user|tipper|sender|from)_?(?:id|key)|avatar(?:_?url)?)$/i;
/** Words of the upstream, even where somebody is called so. */
const word = /^(?:method|type|event_type|broadcaster)$/;
const nobody = 'Anonymous';

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** A list holds one event per item. A frame such as `[27, {...}, 1]` is one event itself. */
const isList = (value: unknown): value is unknown[] => Array.isArray(value) && value.every(isObject);

/** A flag of the wrong type counts as set: a name shown by mistake cannot be taken back. */
export const isSet = (value: unknown): boolean => !!value && value !== 'false';

/** Whether an event says that its giver is anonymous. */
export const isFlagged = (value: unknown): boolean =>
  isObject(value) &&
  !isList(value) &&
  Object.entries(value).some(([key, item]) => (flag.test(key) && isSet(item)) || isFlagged(item));

const texts = (value: unknown): string[] =>
  isObject(value) ? Object.values(value).flatMap(texts) : [String(value ?? '')];

/** Replaces every field that names or pictures a person, and collects the names. */
const unname = (value: unknown, names: string[]): unknown => {
  // What follows the payload of a frame `[27, { ... }, 1, ["<b>name</b> tipped"]]` is for people to read.
  if (Array.isArray(value))
    return (typeof value[0] === 'number' ? value.slice(0, 2) : value).map((item) => unname(item, names));
  if (!isObject(value)) return value;
  const entry = ([key, item]: [string, unknown]): [string, unknown] => {
    const inner = unname(item, names);
    if (item == null || typeof item === 'boolean') return [key, item];
    if (person.test(key) && isObject(item)) return [key, { username: nobody }];
    if (!person.test(key) && !nameField.test(key)) return [key, inner];
    names.push(...texts(item));
    return [key, nobody];
  };
  return Object.fromEntries(Object.entries(value).map(entry));
};

/** Replaces names that stand in other texts of the same event, such as a note. */
const scrub = (value: unknown, names: RegExp): unknown => {
  if (typeof value === 'string') return value.replace(names, nobody);
  if (Array.isArray(value)) return value.map((item) => scrub(item, names));
  return isObject(value)
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, word.test(key) ? item : scrub(item, names)]))
    : value;
};

const maskData = (value: unknown): unknown => {
  if (!isObject(value)) return value;
  if (isFlagged(value)) {
    const names: string[] = [];
    const bare = unname(value, names);
    const known = names.filter((name) => name.length > 2).sort((a, b) => b.length - a.length);
    const escaped = known.map((name) => name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
    return known.length ? scrub(bare, new RegExp(escaped.join('|'), 'gi')) : bare;
  }
  if (Array.isArray(value)) return value.map(maskData);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskData(item)]));
};

/** A text that is no JSON may have lost its flag: every name in it goes. */
const maskText = (text: string): string => {
  try {
    return JSON.stringify(maskData(JSON.parse(text)));
  } catch {
    return text.replace(
      /((?:name|login|nick|user|from|tipper|sender|(?:user|tipper|sender|from)_?(?:id|key))\\?["']?\s*[:=]\s*\\?["']?)(?![\s{["'\\])[^"'\\&,}\]]*/gi,
      `$1${nobody}`,
    );
  }
};

/**
 * A copy of an event, a page of events or the text of one, in which every event that says it is anonymous (`isAnon`,
 * `is_anon`, `isAnonymous`, `is_anonymous`, `is_stealth`) names nobody (EV-21, EV-46). For what goes into a log.
 */
export const maskAnonymous = (value: unknown): unknown =>
  typeof value === 'string' ? maskText(value) : maskData(value);
