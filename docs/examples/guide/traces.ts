import { trace } from '@opentelemetry/api';
import { ConsoleSpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { tipsFromEnv } from 'tipstream/env';
import { createInstrumentation } from 'tipstream/opentelemetry';

// Or what your collector's package does for you.
const provider = new TracerProvider({
  spanProcessors: [new SimpleSpanProcessor({ exporter: new ConsoleSpanExporter() })],
});
trace.setGlobalTracerProvider(provider);

const { telemetry, traced } = createInstrumentation();
const tips = tipsFromEnv(process.env, { telemetry });
tips.subscribe(traced(async (tip) => console.log(tip.amount)));
