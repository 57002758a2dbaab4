/** A vendor whose sign-in is known without asking. */
export interface KnownProvider {
  id: string;
  name: string;
  /** Domains of the vendor's MCP and API endpoints; names below them count too. */
  hosts: readonly string[];
  authorization_url: string;
  token_url: string;
  /** Enough to begin with, where the server asks for none. */
  scopes: readonly string[];
  /** Whether the vendor documents PKCE with S256 (RFC 7636). */
  pkce: boolean;
}

/** For servers that say nothing of their own, in a place that one would look at. Each entry is from the page above it. */
export const knownProviders: readonly KnownProvider[] = [
  // https://developers.asana.com/docs/oauth
  {
    id: 'asana',
    name: 'Asana',
    hosts: ['asana.com'],
    authorization_url: 'https://app.asana.com/-/oauth_authorize',
    token_url: 'https://app.asana.com/-/oauth_token',
    scopes: ['default'],
    pkce: true,
  },
  // https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/
  {
    id: 'atlassian',
    name: 'Atlassian',
    hosts: ['atlassian.com', 'atlassian.net'],
    authorization_url: 'https://auth.atlassian.com/authorize',
    token_url: 'https://auth.atlassian.com/oauth/token',
    scopes: ['read:me', 'offline_access'],
    pkce: false,
  },
  // https://developers.cloudflare.com/fundamentals/oauth/integrate-with-cloudflare/
  {
    id: 'cloudflare',
    name: 'Cloudflare',
    hosts: ['cloudflare.com'],
    authorization_url: 'https://dash.cloudflare.com/oauth2/auth',
    token_url: 'https://dash.cloudflare.com/oauth2/token',
    scopes: [],
    pkce: true,
  },
  // https://discord.com/developers/docs/topics/oauth2 and https://discord.com/.well-known/oauth-authorization-server
  {
    id: 'discord',
    name: 'Discord',
    hosts: ['discord.com'],
    authorization_url: 'https://discord.com/oauth2/authorize',
    token_url: 'https://discord.com/api/oauth2/token',
    scopes: ['identify'],
    pkce: true,
  },
  // https://developers.dropbox.com/oauth-guide
  {
    id: 'dropbox',
    name: 'Dropbox',
    hosts: ['dropbox.com', 'dropboxapi.com'],
    authorization_url: 'https://www.dropbox.com/oauth2/authorize',
    token_url: 'https://api.dropboxapi.com/oauth2/token',
    scopes: ['account_info.read'],
    pkce: true,
  },
  // https://developers.figma.com/docs/rest-api/oauth-apps/
  {
    id: 'figma',
    name: 'Figma',
    hosts: ['figma.com'],
    authorization_url: 'https://www.figma.com/oauth',
    token_url: 'https://api.figma.com/v1/oauth/token',
    scopes: ['current_user:read', 'file_content:read'],
    pkce: true,
  },
  // https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
  {
    id: 'github',
    name: 'GitHub',
    hosts: ['github.com', 'githubcopilot.com'],
    authorization_url: 'https://github.com/login/oauth/authorize',
    token_url: 'https://github.com/login/oauth/access_token',
    scopes: ['read:user', 'repo'],
    pkce: true,
  },
  // https://docs.gitlab.com/api/oauth2/
  {
    id: 'gitlab',
    name: 'GitLab',
    hosts: ['gitlab.com'],
    authorization_url: 'https://gitlab.com/oauth/authorize',
    token_url: 'https://gitlab.com/oauth/token',
    scopes: ['read_user', 'read_api'],
    pkce: true,
  },
  // https://developers.google.com/identity/protocols/oauth2/native-app
  {
    id: 'google',
    name: 'Google',
    hosts: ['googleapis.com', 'google.com'],
    authorization_url: 'https://accounts.google.com/o/oauth2/v2/auth',
    token_url: 'https://oauth2.googleapis.com/token',
    scopes: ['openid', 'email', 'profile'],
    pkce: true,
  },
  // https://developers.hubspot.com/docs/apps/legacy-apps/authentication/oauth-quickstart-guide
  {
    id: 'hubspot',
    name: 'HubSpot',
    hosts: ['hubspot.com', 'hubapi.com'],
    authorization_url: 'https://app.hubspot.com/oauth/authorize',
    token_url: 'https://api.hubapi.com/oauth/v1/token',
    scopes: ['oauth'],
    pkce: false,
  },
  // https://linear.app/developers/oauth-2-0-authentication
  {
    id: 'linear',
    name: 'Linear',
    hosts: ['linear.app'],
    authorization_url: 'https://linear.app/oauth/authorize',
    token_url: 'https://api.linear.app/oauth/token',
    scopes: ['read'],
    pkce: true,
  },
  // https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow
  {
    id: 'microsoft',
    name: 'Microsoft',
    hosts: ['microsoft.com'],
    authorization_url: 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize',
    token_url: 'https://login.microsoftonline.com/common/oauth2/v2.0/token',
    scopes: ['openid', 'profile', 'offline_access', 'User.Read'],
    pkce: true,
  },
  // https://developers.notion.com/docs/authorization
  {
    id: 'notion',
    name: 'Notion',
    hosts: ['notion.com'],
    authorization_url: 'https://api.notion.com/v1/oauth/authorize',
    token_url: 'https://api.notion.com/v1/oauth/token',
    scopes: [],
    pkce: false,
  },
  // https://docs.sentry.io/api/auth/
  {
    id: 'sentry',
    name: 'Sentry',
    hosts: ['sentry.io', 'sentry.dev'],
    authorization_url: 'https://sentry.io/oauth/authorize/',
    token_url: 'https://sentry.io/oauth/token/',
    scopes: ['org:read', 'project:read'],
    pkce: true,
  },
  // https://docs.slack.dev/authentication/installing-with-oauth
  {
    id: 'slack',
    name: 'Slack',
    hosts: ['slack.com'],
    authorization_url: 'https://slack.com/oauth/v2/authorize',
    token_url: 'https://slack.com/api/oauth.v2.access',
    scopes: ['channels:read', 'users:read'],
    pkce: true,
  },
  // https://docs.stripe.com/connect/oauth-reference
  {
    id: 'stripe',
    name: 'Stripe',
    hosts: ['stripe.com'],
    authorization_url: 'https://connect.stripe.com/oauth/authorize',
    token_url: 'https://connect.stripe.com/oauth/token',
    scopes: ['read_only'],
    pkce: false,
  },
  // https://developers.zoom.us/docs/integrations/oauth/
  {
    id: 'zoom',
    name: 'Zoom',
    hosts: ['zoom.us'],
    authorization_url: 'https://zoom.us/oauth/authorize',
    token_url: 'https://zoom.us/oauth/token',
    scopes: ['user:read:user'],
    pkce: true,
  },
];

/** The vendor whose server this is. Over plain http it may be anybody's. */
export function knownProviderOf(serverUrl: URL): KnownProvider | undefined {
  if (serverUrl.protocol !== 'https:') return undefined;
  const host = serverUrl.hostname.replace(/\.+$/, '');
  const isOf = (domain: string): boolean => host === domain || host.endsWith(`.${domain}`);
  return knownProviders.find(({ hosts }) => hosts.some(isOf));
}
