import type { OAuthProvider } from '../oauth-provider.js';

// https://developers.dropbox.com/oauth-guide and https://www.dropbox.com/developers/documentation/http/documentation#auth-token-revoke
export const dropbox = {
  id: 'dropbox',
  name: 'Dropbox',
  hosts: ['dropbox.com', 'dropboxapi.com'],
  authorization_url: 'https://www.dropbox.com/oauth2/authorize',
  token_url: 'https://api.dropboxapi.com/oauth2/token',
  revocation_url: 'https://api.dropboxapi.com/2/auth/token/revoke',
  scopes: ['account_info.read'],
  pkce: true,
  // Without it there is no refresh token.
  authorization_params: { token_access_type: 'offline' },
  revocation: { access_token_as: 'bearer' },
} as const satisfies OAuthProvider;
