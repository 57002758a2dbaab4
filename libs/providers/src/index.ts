export type { OAuthProvider } from './oauth-provider.js';
export { findOAuthProvider, oauthProviders, providerOfServer } from './oauth-providers.js';
