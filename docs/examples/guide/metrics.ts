import { createServer } from 'node:http';
import { register } from 'prom-client';
import { tipsFromEnv } from 'tipstream/env';
import { createMetrics } from 'tipstream/prometheus';

const { telemetry, counted } = createMetrics({ registry: register });
const tips = counted(tipsFromEnv(process.env, { telemetry }));
tips.subscribe((tip) => console.log(tip.amount));

const server = createServer(async (_request, response) => {
  response.setHeader('content-type', register.contentType);
  response.end(await register.metrics());
});
server.listen(Number(process.env.PORT ?? 9464), '127.0.0.1', () => console.log('metrics at', server.address()));
