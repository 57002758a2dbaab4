export { DirectoryModule } from './app.module.js';
export { directoryDatabase } from './database/database.js';
export { DemoService } from './demo/demo.service.js';
export type { Demo } from './demo/demo.service.js';
