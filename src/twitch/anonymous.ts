import { isWire, textOf, type Wire } from '../stream/tip-wire.ts';

/** The accounts in whose names others show what an unnamed person gave: one for gifts, one for cheers. */
const stand = /^(274598607|407665396)$/;
const standLogin = /^ananonymous(gift|cheer)er$/i;

/** A flag of the wrong type counts as set: a name shown by mistake cannot be taken back. */
const isSet = (value: unknown): boolean => !!value && value !== 'false';

const isStand = (value: unknown): boolean => stand.test(String(value));

/** Whether nobody is named: by the flag, by the stand-in, or because there is no name. */
export const isUnnamed = (event: Wire): boolean =>
  isSet(event.is_anonymous) ||
  isStand(event.user_id) ||
  standLogin.test(textOf(event.user_login)) ||
  !(textOf(event.user_name) || textOf(event.user_login));

/** The fields that say who it was, where that is to be hidden. */
const hiddenFields = (part: Wire): string[] =>
  ['', 'chatter_', 'gifter_'].flatMap((prefix) => {
    const login = part[`${prefix}user_login`];
    const hidden = isSet(part[`${prefix}is_anonymous`]) || isStand(part[`${prefix}user_id`]) || login === '';
    return hidden || login === null ? ['id', 'login', 'name'].map((name) => `${prefix}user_${name}`) : [];
  });

/** Copies `value`; what names an unnamed person becomes `null`, and is collected. `unnamed`: somebody around it is. */
function strip(value: unknown, names: Set<unknown>, unnamed = false): unknown {
  if (Array.isArray(value)) return value.map((item) => strip(item, names, unnamed));
  if (!isWire(value)) return value;
  const hidden = hiddenFields(value);
  const within = unnamed || hidden.length > 0;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const hides = hidden.includes(key);
      if (hides) names.add(item);
      // How much somebody gave in all tells who it is.
      const tells = within && /^(cumulative_total|color|badges)$/.test(key);
      return [key, hides || tells ? null : strip(item, names, within)];
    }),
  );
}

/** Replaces the names in every text, but in those that say whose channel it is, or what kind of event. */
function rename(value: unknown, names: RegExp, key = ''): unknown {
  if (typeof value === 'string')
    return /^(broadcaster_|type$|version$|message_id$|id$)|_at$/.test(key) ? value : value.replace(names, 'Anonymous');
  if (Array.isArray(value)) return value.map((item) => rename(item, names));
  if (!isWire(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, rename(item, names, name)]));
}

/** Whether somewhere in an event somebody is unnamed. */
const hides = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  ((isWire(value) && hiddenFields(value).length > 0) || Object.values(value).some(hides));

/** The event without whoever is unnamed, in all three disguises: their fields are `null`, as in production. The same object where nobody is. */
export function hideGiver(event: Wire): Wire {
  if (!hides(event)) return event;
  const names = new Set<unknown>();
  const stripped = strip(event, names);
  const known = [...names]
    .filter((name) => textOf(name).length > 2)
    .map((name) => textOf(name).replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .sort((a, b) => b.length - a.length)
    .join('|');
  // More names than an event has: to look for all of them takes long, so no text of it is shown.
  const found = known.length > 10_000 ? /^.*$/s : new RegExp(known, 'gi');
  const shown = known ? rename(stripped, found) : stripped;
  return isWire(shown) ? shown : {};
}
