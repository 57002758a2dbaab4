import type { OAuthProvider } from '../oauth-provider.js';

// https://developers.zoom.us/docs/integrations/oauth/
export const zoom = {
  id: 'zoom',
  name: 'Zoom',
  hosts: ['zoom.us'],
  authorization_url: 'https://zoom.us/oauth/authorize',
  token_url: 'https://zoom.us/oauth/token',
  revocation_url: 'https://zoom.us/oauth/revoke',
  scopes: ['user:read:user'],
  pkce: true,
  token_auth: 'client_secret_basic',
  revocation: {},
} as const satisfies OAuthProvider;
