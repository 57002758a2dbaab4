export { DirectoryModule } from './app.module.js';
export { directoryVariables } from './config.js';
export { directoryDatabase } from './database/database.js';
export { addDemoServer } from './demo/demo-server.js';
export { DemoService } from './demo/demo.service.js';
export type { Demo } from './demo/demo.service.js';
