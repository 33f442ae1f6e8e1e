import { onTestFinished } from 'vitest';
import { createMockServer, type MockServer, type MockServerOptions } from '../../src/mock/index.ts';

/** A mock of this test alone, on a free port. */
export async function serve(options: MockServerOptions = {}): Promise<MockServer> {
  const server = await createMockServer({ port: 0, ...options });
  onTestFinished(server.close);
  return server;
}

/** What any of the three sends of a tip, in any shape. */
export interface WireEvent {
  method?: string;
  type?: string;
  event_type?: string;
  id?: string;
  amount?: number;
  tip_amount?: number;
  message?: string | { message: string };
  timestamp?: number;
  tip?: {
    tokens?: number;
    amount?: number;
    from_username?: string;
    message?: string;
    is_anon?: boolean;
    isAnon?: boolean;
  };
  object?: WireEvent & { broadcaster?: string; from_user?: { username?: string } };
  user?: { username?: string } | string;
  tipper?: { username?: string; name?: string };
  data?: { tokens?: number };
}

/** The bodies of all routes. */
export interface Page {
  events: WireEvent[];
  success?: boolean;
  status?: string;
  nextUrl?: string;
  error?: string;
  retry_after?: number;
}

/** Asks and reads. */
export async function ask(url: string, init?: RequestInit): Promise<{ status: number; headers: Headers; body: Page }> {
  const { status, headers, ...response } = await fetch(url, init).then(async (answer) => ({
    status: answer.status,
    headers: answer.headers,
    text: await answer.text(),
  }));
  return { status, headers, body: JSON.parse(response.text) };
}

/** Asks again and again until a page is empty; failed requests are asked again. */
export async function drain(url: string): Promise<WireEvent[]> {
  const events: WireEvent[] = [];
  for (let failures = 0; failures < 500; ) {
    const page = await ask(url).catch(() => undefined);
    if (page?.status !== 200 || !Array.isArray(page.body.events)) failures += 1;
    else if (page.body.events.length === 0) return events;
    else events.push(...page.body.events);
  }
  throw new Error('the mock never gave its pages');
}

/** Follows `nextUrl` until nothing new comes; failed requests are asked again. */
export async function follow(start: string): Promise<WireEvent[]> {
  const events: WireEvent[] = [];
  let url = start;
  for (let failures = 0; failures < 500; ) {
    const page = await ask(url).catch(() => undefined);
    if (page?.body.nextUrl === undefined) failures += 1;
    else if (page.status === 400) return events;
    else {
      events.push(...page.body.events);
      url = page.body.nextUrl;
    }
  }
  throw new Error('the mock never gave its pages');
}
