import type { OAuthProvider } from '../oauth-provider.js';

// https://docs.discord.com/developers/topics/oauth2 and https://discord.com/.well-known/oauth-authorization-server
export const discord = {
  id: 'discord',
  name: 'Discord',
  hosts: ['discord.com'],
  issuer: 'https://discord.com',
  authorization_url: 'https://discord.com/oauth2/authorize',
  token_url: 'https://discord.com/api/oauth2/token',
  revocation_url: 'https://discord.com/api/oauth2/token/revoke',
  scopes: ['identify'],
  pkce: true,
} as const satisfies OAuthProvider;
