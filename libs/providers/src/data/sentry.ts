import type { OAuthProvider } from '../oauth-provider.js';

// https://docs.sentry.io/api/auth/
export const sentry = {
  id: 'sentry',
  name: 'Sentry',
  hosts: ['sentry.io', 'sentry.dev'],
  authorization_url: 'https://sentry.io/oauth/authorize/',
  token_url: 'https://sentry.io/oauth/token/',
  scopes: ['org:read', 'project:read'],
  pkce: true,
} as const satisfies OAuthProvider;
