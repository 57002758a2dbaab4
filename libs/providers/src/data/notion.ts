import type { OAuthProvider } from '../oauth-provider.js';

// https://developers.notion.com/reference/create-a-token and https://developers.notion.com/reference/revoke-token
export const notion = {
  id: 'notion',
  name: 'Notion',
  hosts: ['notion.com'],
  authorization_url: 'https://api.notion.com/v1/oauth/authorize',
  token_url: 'https://api.notion.com/v1/oauth/token',
  revocation_url: 'https://api.notion.com/v1/oauth/revoke',
  // It has none: users choose pages.
  scopes: [],
  pkce: false,
  authorization_params: { owner: 'user' },
  headers: { 'notion-version': '2026-03-11' },
  token_auth: 'client_secret_basic',
  token_body: 'json',
  revocation: {},
} as const satisfies OAuthProvider;
