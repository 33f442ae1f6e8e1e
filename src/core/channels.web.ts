import type { Channel } from './channels.node.ts';

/** A page has no channels. */
export const channelOf = (_name: string): Channel | undefined => undefined;
