/** The fields by which platforms say that the giver of a tip wants to stay unnamed. */
const flag = /^(?:is_?anon(?:ymous)?(?:_tip)?|is_stealth)$/i;
const person = /^(?:from_?)?(?:user|user_?data|from|tipper|sender|member|viewer|fan|author)$/i;
const nameField = /(?:name|login|nick|(?:user|tipper|sender|from)_?(?:id|key)|avatar(?:_?url)?)$/i;
/** Words, ids and numbers of the upstream, even where somebody is called so: a masked event is still the same event. */
const word = /^(?:method|type|event_type|broadcaster|id|cacheId|timestamp|createdAt|amount)$/;
const nobody = 'Anonymous';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** A list holds one event per item. A frame such as `[27, {...}, 1]` is one event itself. */
const isList = (value: unknown): value is unknown[] => Array.isArray(value) && value.every(isObject);

/** A flag of the wrong type counts as set: a name shown by mistake cannot be taken back. */
const isSet = (value: unknown): boolean => !!value && value !== 'false';

/** Whether this part of an event, and not what is in it, says that the giver is anonymous. Quick: it is asked of every tip. */
export function hasFlag(part: unknown): boolean {
  if (!isObject(part)) return false;
  for (const key in part) {
    // The shortest flag has six letters, and few other fields begin with `isA`, `isa` or `is_`.
    if (key.length < 6) continue;
    const third = key.charCodeAt(2) | 32;
    if ((third === 97 || third === 127) && isSet(part[key]) && flag.test(key)) return true;
  }
  return false;
}

/** Whether an event says that its giver is anonymous. */
export const isFlagged = (value: unknown): boolean =>
  isObject(value) && !isList(value) && (hasFlag(value) || Object.values(value).some(isFlagged));

const texts = (value: unknown): string[] =>
  isObject(value) ? Object.values(value).flatMap(texts) : [String(value ?? '')];

/** A copy of plain data, with every field as `show` has it. */
const copy = (value: unknown, show: (key: string, item: unknown) => unknown): unknown =>
  JSON.parse(JSON.stringify(value, show));

/** Replaces every field that names or pictures a person, and collects the names. */
const unname = (event: unknown, names: string[]): unknown =>
  copy(event, (key, item) => {
    // What follows the payload of a frame `[27, { ... }, 1, ["<b>name</b> tipped"]]` is for people to read.
    if (Array.isArray(item) && typeof item[0] === 'number') return item.slice(0, 2);
    if (item == null || typeof item === 'boolean' || !(person.test(key) || nameField.test(key))) return item;
    if (person.test(key) && isObject(item)) {
      unname(item, names);
      return { username: nobody };
    }
    names.push(...texts(item));
    return nobody;
  });

/** A copy of an event that names nobody, neither in a field nor in a text such as its note. */
export function maskEvent(event: unknown): unknown {
  const names: string[] = [];
  const bare = unname(event, names);
  const known = [...new Set(names)]
    .filter((name) => name.length > 2)
    .sort((a, b) => b.length - a.length)
    .map((name) => name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join('|');
  // More names than an event has: to look for all of them takes long, so no text of it is shown.
  const found = known.length > 10_000 ? /^.*$/s : new RegExp(known || '$^', 'gi');
  return copy(bare, (key, item) => (typeof item === 'string' && !word.test(key) ? item.replace(found, nobody) : item));
}

/** A text that is no JSON may have lost its flag: every name in it goes, and every event that it quotes. */
const maskText = (text: string): string => {
  try {
    return JSON.stringify(maskAnonymous(JSON.parse(text)));
  } catch {
    if (/^\s*(?:\{|\[(?![A-Z]))/.test(text)) return `(${text.length} characters, cut off)`;
    return text
      .replace(/[[{]\s*["'\\{[&].*/s, '…')
      .replace(
        /((?:name|login|nick|user|from|tipper|sender|(?:user|tipper|sender|from)_?(?:id|key))\\?["']?\s*[:=]\s*\\?["']?)(?![\s{["'\\])[^"'\\&,}\]]*/gi,
        `$1${nobody}`,
      );
  }
};

/**
 * A copy of an event, a page of events or the text of one, in which every event that says it is anonymous (`isAnon`,
 * `is_anon`, `isAnonymous`, `is_anonymous`, `is_stealth`) names nobody (EV-21, EV-46). For what goes into a log.
 */
export const maskAnonymous = (value: unknown): unknown => (typeof value === 'string' ? maskText(value) : masked(value));

/** Looks at each part once: below an event that hides nobody only lists hold others, below one that is masked all is. */
const masked = (item: unknown, above?: 'calm' | 'masked'): unknown => {
  // An error may quote an event.
  if (typeof item === 'string') return /anon|stealth/i.test(item) ? maskText(item) : item;
  if (!isObject(item)) return item;
  if (!above && isFlagged(item)) return masked(maskEvent(item), 'masked');
  const below = above === 'masked' ? above : isList(item) ? undefined : 'calm';
  return Array.isArray(item)
    ? item.map((part: unknown) => masked(part, below))
    : Object.fromEntries(Object.entries(item).map(([key, part]) => [key, masked(part, below)]));
};
