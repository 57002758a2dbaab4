import type { OAuthProvider } from '../oauth-provider.js';

// https://docs.stripe.com/connect/oauth-reference: the client secret is a secret key of the platform.
// It takes grants back by the id of the account, which is not kept.
export const stripe = {
  id: 'stripe',
  name: 'Stripe',
  hosts: ['stripe.com'],
  authorization_url: 'https://connect.stripe.com/oauth/authorize',
  token_url: 'https://connect.stripe.com/oauth/token',
  scopes: ['read_only'],
  pkce: false,
} as const satisfies OAuthProvider;
