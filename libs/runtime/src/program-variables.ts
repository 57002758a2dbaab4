import { count, host, httpUrl, logLevel, natsUrl, port, ratio } from './variables.js';

/** What every program of the distributed system can be told. */
export const programVariables = {
  HAWSER_HOST: host({ default: '127.0.0.1' }),
  HAWSER_PORT: port({ default: 8080 }),
  NATS_URL: natsUrl(),
  HAWSER_LOG_LEVEL: logLevel({ default: 'info' }),
  HAWSER_DRAIN_SECONDS: count(1, 600)({ default: 25 }),
  // These two have the names that OpenTelemetry gave them.
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl({ default: undefined }),
  OTEL_TRACES_SAMPLER_ARG: ratio({ default: 1 }),
};
