/** What goes over a socket: text as it is, anything else as JSON. */
export const asText = (message: unknown): string => (typeof message === 'string' ? message : JSON.stringify(message));

/** An upstream that stumbles over a message ends this socket by the code for it, and goes on with its others. */
export const carefully =
  (listener: (text: string) => void, stumbled: () => void) =>
  (text: string): void => {
    try {
      listener(text);
    } catch {
      stumbled();
    }
  };
