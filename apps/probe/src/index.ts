export { ProbeModule } from './app.module.js';
export { probeVariables } from './config.js';
