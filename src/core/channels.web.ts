import type { Publish } from './channels.node.ts';

/** A page has no channels. */
export const channelOf = (_name: string): Publish | undefined => undefined;
