/**
 * Spans and metrics by the semantic conventions of OpenTelemetry: of every request, and of what an app does with a tip. Through `@opentelemetry/api`
 * alone, which the app brings along with the SDK of its choice.
 *
 * @module
 */
export {
  createInstrumentation,
  type Instrumentation,
  type InstrumentationOptions,
} from './opentelemetry/instrumentation.ts';
