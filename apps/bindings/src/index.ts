export { BindingsModule } from './app.module.js';
export { bindingsVariables } from './config.js';
export { bindingsDatabase } from './database/database.js';
