import type { OAuthProvider } from '../oauth-provider.js';

// https://developers.figma.com/docs/rest-api/oauth-apps/
export const figma = {
  id: 'figma',
  name: 'Figma',
  hosts: ['figma.com'],
  authorization_url: 'https://www.figma.com/oauth',
  token_url: 'https://api.figma.com/v1/oauth/token',
  scopes: ['current_user:read', 'file_content:read'],
  pkce: true,
  token_auth: 'client_secret_basic',
  refresh_url: 'https://api.figma.com/v1/oauth/refresh',
} as const satisfies OAuthProvider;
