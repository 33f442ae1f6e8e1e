import { anilibriaService } from './anilibria/index.ts';
import type { MockService } from './service.ts';
import { tiktokService } from './tiktok/index.ts';
import { tippingService } from './tipping/index.ts';
import { twitchService } from './twitch/index.ts';

/** Services by their names. */
export type Services = Readonly<Record<string, MockService>>;

/** What a test can see and do at each of the services. */
export type ControlsOf<All extends Services> = {
  readonly [Name in keyof All]: ReturnType<All[Name]['create']>['controls'];
};

/** Every upstream with a state of its own. A new one is one more line; its name is that of its controls on a server. */
export const services = {
  twitch: twitchService,
  tipping: tippingService,
  tiktok: tiktokService,
  anilibria: anilibriaService,
} as const satisfies Services;

/** Where the upstreams of a developer's machine are expected, each at the root of a port. */
export const defaultPorts: Readonly<Record<string, number>> = {
  twitch: 8081,
  tipping: 8003,
  tiktok: 8002,
  anilibria: 8000,
};

/** What a test can see and do at each upstream with a state of its own, by its name. */
export interface ServiceControls extends ControlsOf<typeof services> {}
