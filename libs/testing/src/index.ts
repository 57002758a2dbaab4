export { testDatabase } from './database.js';
export type { TestDatabase } from './database.js';
export { startNatsServer } from './nats-server.js';
