/** Tells whoever listens. What they throw, at once or later, neither stops what they are told of nor ends the process. */
export const tell = async (listen: () => unknown): Promise<void> => {
  try {
    await listen();
  } catch {}
};
