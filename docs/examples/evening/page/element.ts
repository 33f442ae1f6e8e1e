/** The element with this id, which the page has. */
export function part(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/** Marks that turn the direction of what stands around them: with one of them before it, gnp.exe reads as exe.png. */
const turns = /[\u202a-\u202e\u2066-\u2069]/g;

/** An element with classes and a text. Whatever the text is, it is shown as text, and turns the direction of nothing around it. */
export function piece(tag: string, className: string, text = ''): HTMLElement {
  const element = document.createElement(tag);
  element.className = className;
  if (text) {
    const isolated = document.createElement('bdi');
    // Nobody reads ten thousand characters of a note.
    isolated.textContent = (text.length > 500 ? `${text.slice(0, 500)}…` : text).replace(turns, '');
    element.append(isolated);
  }
  return element;
}

/** The class of a platform that the page has a colour for. */
export const hueOf = (platform: string): string => (/^[a-z]+$/.test(platform) ? `is-${platform}` : '');
