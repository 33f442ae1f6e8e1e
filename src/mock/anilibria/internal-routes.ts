import { isWire } from '../../stream/tip-wire.ts';
import { type Answer, json } from '../answer.ts';
import type { ServiceRoute, ServiceVisit } from '../service.ts';
import type { Desk } from './desk.ts';
import { detail, failure, unprocessable } from './failure.ts';
import { isService } from './tokens.ts';

/** What came in through the doors between the services. */
export interface InternalLog {
  readonly synced: { title_id: number; force: boolean }[];
  readonly cleared: string[];
  readonly notified: Readonly<Record<string, unknown>>[];
}

/** The five doors, of both services. */
export function internalRoutes(
  desk: Desk,
  log: InternalLog,
  tell: (notification: Readonly<Record<string, unknown>>) => void,
): ServiceRoute[] {
  const route = (
    method: ServiceRoute['method'],
    path: string,
    answer: (visit: ServiceVisit, body: Readonly<Record<string, unknown>>) => Answer,
  ): ServiceRoute => ({
    method,
    path,
    async answer(visit) {
      if (!isService(visit.request)) return detail(401, 'Invalid token');
      const body = await visit.body();
      return answer(visit, isWire(body) ? body : {});
    },
  });
  return [
    route('POST', '/internal/sync/title', (_visit, { title_id, force }) => {
      if (typeof title_id !== 'number') return unprocessable(['body', 'title_id'], 'Field required', 'missing');
      if (!desk.title(title_id))
        return failure(404, 'TITLE_NOT_FOUND', `Тайтл с ID ${title_id} не найден`, desk.setting.clock.now(), {
          title_id,
        });
      log.synced.push({ title_id, force: force === true });
      return json(200, { success: true, data: { title_id, synced: true } });
    }),
    route('GET', '/internal/cache/stats', () =>
      json(200, { success: true, data: { size: desk.kept.size, levels: ['l1'] } }),
    ),
    route('DELETE', '/internal/cache/clear', (_visit, { pattern, confirm }) => {
      if (typeof pattern !== 'string' || confirm !== true)
        return unprocessable(['body', 'confirm'], 'Input should be true', 'literal_error');
      log.cleared.push(pattern);
      const cleared = desk.kept.size;
      desk.kept.clear();
      return json(200, { success: true, data: { cleared } });
    }),
    route('POST', '/internal/anilibria/notify', (_visit, body) => {
      log.notified.push(body);
      tell(body);
      return json(200, { success: true });
    }),
    route('GET', '/internal/users/validate/:user', ({ params }) =>
      json(200, { success: true, data: { user_id: params.user, valid: params.user === '42' } }),
    ),
  ];
}
