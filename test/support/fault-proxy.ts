import { onTestFinished } from 'vitest';
import type { FaultProxy, FaultProxyOptions } from './fault-passage.ts';
import { openFaultProxy } from './fault-proxy-core.ts';

export { type Cut, cuts, type FaultProxy, type FaultProxyOptions } from './fault-passage.ts';

/** A proxy that is gone after the test. */
export async function faultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const proxy = await openFaultProxy(options);
  onTestFinished(proxy.close);
  return proxy;
}
