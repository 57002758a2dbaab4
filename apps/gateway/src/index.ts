export { closeGateway, createGateway } from './gateway.js';
export type { GatewayOptions } from './gateway.js';
