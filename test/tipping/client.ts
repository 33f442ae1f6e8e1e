import { onTestFinished } from 'vitest';
import { systemClock } from '../../src/core/time.ts';
import { createTipping, type Tipping, type TippingOptions } from '../../src/tipping/index.ts';
import { type Host, serveTipping } from './host.ts';

/** A tipping platform that is gone after the test. */
export async function platform(options: Parameters<typeof serveTipping>[0] = {}): Promise<Host> {
  const host = await serveTipping(options);
  onTestFinished(host.close);
  return host;
}

/** A client that is closed after the test; nobody is signed in. */
export function client(host: Host, options: Partial<TippingOptions> = {}): Tipping {
  const made = createTipping({ baseUrl: host.baseUrl, logger: false, retry: 0, ...options });
  onTestFinished(made.close);
  return made;
}

/** A client of somebody who is there from the start. */
export async function as(username: string, host: Host, options: Partial<TippingOptions> = {}): Promise<Tipping> {
  const made = client(host, options);
  await made.auth.login({ email: `${username}@example.test`, password: host.controls.password });
  return made;
}

/** The machine's clock, which a test can put forward. */
export function movable() {
  let ahead = 0;
  return {
    now: () => systemClock.now() + ahead,
    after: systemClock.after,
    move(ms: number) {
      ahead += ms;
    },
  };
}
