import { withControls } from './hosting.ts';
import type { Mock, MockOptions } from './options.ts';
import { services } from './services.ts';
import { openUpstreams } from './upstreams.ts';

/**
 * The upstreams without a transport. `createMockServer` puts them behind HTTP, `handlers` behind msw.
 *
 * @throws `CONFIG` for an option that makes no sense
 */
export function createMock(options: MockOptions = {}): Mock {
  const upstreams = openUpstreams(options, services, {
    origin: ({ origins }) => origins.find((address) => address.startsWith('http')) ?? '',
    atOrigins: true,
  });
  const { plain, env, serves, answer, upgrade, services: open } = upstreams;
  const mock = {
    ...plain,
    env,
    serves,
    services: open.map(({ name, prefix, origins }) => ({ name, prefix, origins })),
    answer: (request: Request) => answer(request),
    upgrade: (request: Request) => upgrade(request),
    get routes() {
      return upstreams.routes();
    },
  };
  return withControls(mock, services, open);
}
