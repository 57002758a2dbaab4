export { BindingsModule } from './app.module.js';
export { bindingsDatabase } from './database/database.js';
