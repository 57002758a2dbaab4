export { EmbeddedNats } from './embedded-nats.js';
export type { EmbeddedNatsOptions } from './embedded-nats.js';
export { endLeftover, isRunning } from './leftover.js';
export { NoNatsServerError } from './program.js';
