import { mistake } from './mistake.ts';
import { matchPath } from './platform.ts';
import type { RunningService, ServiceRoute, ServiceSetting, ServiceSocket } from './service.ts';
import type { ControlsOf, Services } from './services.ts';

/** A service that is there. It begins when somebody first comes to it. */
export interface OpenService {
  readonly name: string;
  readonly prefix: string;
  readonly origins: readonly string[];
  readonly running: RunningService<unknown>;
  close(): void;
}

/** A request's service, and its path below the prefix. */
export interface Arrival {
  service: OpenService;
  path: string;
}

export function openServices(
  all: Services,
  names: readonly string[] | undefined,
  settingOf: (service: Pick<OpenService, 'name' | 'prefix' | 'origins'>) => ServiceSetting,
): OpenService[] {
  return Object.values(all)
    .filter(({ name }) => names?.includes(name) ?? true)
    .map((service) => {
      let running: RunningService<unknown> | undefined;
      const { name, prefix, origins } = service;
      return {
        name,
        prefix,
        origins,
        get running() {
          running ??= service.create(settingOf(service));
          return running;
        },
        close: () => running?.close?.(),
      };
    });
}

const below = (base: string, path: string): string | undefined =>
  path === base || path.startsWith(`${base}/`) ? path.slice(base.length) || '/' : undefined;

/** The service below whose prefix this address lies. */
export function byPrefix(open: readonly OpenService[], { pathname }: URL): Arrival | undefined {
  for (const service of open) {
    const path = below(service.prefix, pathname);
    if (path !== undefined) return { service, path };
  }
  return undefined;
}

/** The service whose true upstream has this address; sockets are looked for at their `http:` addresses too. */
export function byOrigin(open: readonly OpenService[], { host, protocol, pathname }: URL): Arrival | undefined {
  const safe = /^(https|wss):$/.test(protocol);
  for (const service of open) {
    for (const origin of service.origins) {
      const real = new URL(origin);
      if (real.host !== host || /^(https|wss):$/.test(real.protocol) !== safe) continue;
      const path = below(real.pathname.replace(/\/$/, ''), pathname);
      if (path !== undefined) return { service, path };
    }
  }
  return undefined;
}

/** The first of `doors` that fits, those with fewer `:names` before the others. */
function first<Door extends { path: string }>(
  doors: readonly Door[],
  path: string,
): { door: Door; params: Record<string, string> } | undefined {
  const names = (door: Door): number => door.path.split(':').length;
  for (const door of [...doors].sort((a, b) => names(a) - names(b))) {
    const params = matchPath(door.path, path);
    if (params) return { door, params };
  }
  return undefined;
}

/** The route that answers, and the methods that the path has. */
export function routeAt(
  { service, path }: Arrival,
  method: string,
): { found: { door: ServiceRoute; params: Record<string, string> } | undefined; methods: string[] } {
  const here = service.running.routes.filter((route) => matchPath(route.path, path));
  return {
    found: first(
      here.filter((route) => route.method === method),
      path,
    ),
    methods: [...new Set(here.map((route) => route.method))],
  };
}

/** The socket at this path. */
export const socketAt = ({
  service,
  path,
}: Arrival): { door: ServiceSocket; params: Record<string, string> } | undefined =>
  first(service.running.sockets ?? [], path);

const has = <Target extends object, All extends Services>(
  target: Target,
  all: All,
): target is Target & ControlsOf<All> => Object.keys(all).every((name) => name in target);

/** `target` with the controls of every service, each of which begins when it is first looked at. */
export function withControls<Target extends object, All extends Services>(
  target: Target,
  all: All,
  open: readonly OpenService[],
): Target & ControlsOf<All> {
  for (const name of Object.keys(all))
    Object.defineProperty(target, name, {
      get() {
        const service = open.find((each) => each.name === name);
        if (service) return service.running.controls;
        throw mistake(`it was started without ${name}; name it in \`platforms\`, or leave that out`);
      },
    });
  if (has(target, all)) return target;
  throw mistake('a service has no controls');
}
