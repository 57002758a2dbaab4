import type { OAuthProvider } from '../oauth-provider.js';

// https://developers.google.com/identity/protocols/oauth2/web-server and https://accounts.google.com/.well-known/openid-configuration
export const google = {
  id: 'google',
  name: 'Google',
  hosts: ['googleapis.com', 'google.com'],
  issuer: 'https://accounts.google.com',
  authorization_url: 'https://accounts.google.com/o/oauth2/v2/auth',
  token_url: 'https://oauth2.googleapis.com/token',
  revocation_url: 'https://oauth2.googleapis.com/revoke',
  scopes: ['openid', 'email', 'profile'],
  pkce: true,
  // Without both a user who signs in again gets no refresh token.
  authorization_params: { access_type: 'offline', prompt: 'consent' },
} as const satisfies OAuthProvider;
