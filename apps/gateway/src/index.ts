export { readOidcOptions } from './access/oidc/oidc-options.js';
export type { OidcOptions } from './access/oidc/oidc-options.js';
export { gatewayVariables } from './config.js';
export { closeGateway, createGateway, listen } from './gateway.js';
export type { GatewayOptions } from './gateway.js';
