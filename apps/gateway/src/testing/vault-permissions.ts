import { discoverOAuth } from '@hawser/contracts/probe';
import {
  autoConnect,
  createCredential,
  deleteCredential,
  deleteOAuthClient,
  exchangeOAuth,
  getCredential,
  initiateOAuth,
  listCredentials,
  listOAuthProviders,
  rotateKeys,
  setOAuthClient,
  startLoopbackOAuth,
  updateCredential,
} from '@hawser/contracts/vault';
import { no, read, tenant, write, yes, type Line } from './permission-line.js';

const credential = `/api/v1/credentials/cred_1${tenant}`;
const client = `/api/v1/oauth/providers/github/client${tenant}`;
const named = { name: 'x' };

/** What is said there of credentials, and of signing in. */
// prettier-ignore
export const vaultLines: readonly Line[] = [
  {
    permission: 'oauth.discover',
    route: ['POST', '/api/v1/oauth/discover'],
    calls: discoverOAuth,
    body: { mcp_url: 'https://mcp.example.com/mcp' },
    may: [yes, yes, yes, yes, no, no],
    scope: write,
  },
  {
    permission: 'credentials.read',
    route: ['GET', `/api/v1/credentials${tenant}`],
    calls: listCredentials,
    may: [yes, yes, yes, yes, yes, no],
    scope: read,
  },
  {
    permission: 'credentials.read',
    route: ['GET', credential],
    calls: getCredential,
    may: [yes, yes, yes, yes, yes, no],
    scope: read,
  },
  {
    permission: 'credentials.write',
    route: ['POST', `/api/v1/credentials${tenant}`],
    calls: createCredential,
    body: { ...named, type: 'bearer', value: 'v' },
    may: [yes, yes, yes, no, no, no],
    scope: write,
  },
  {
    permission: 'credentials.write',
    route: ['PATCH', credential],
    calls: updateCredential,
    body: named,
    may: [yes, yes, yes, no, no, no],
    scope: write,
  },
  {
    permission: 'credentials.write',
    route: ['DELETE', credential],
    calls: deleteCredential,
    may: [yes, yes, yes, no, no, no],
    scope: write,
  },
  {
    permission: 'keys.rotate',
    route: ['POST', `/api/v1/credentials/rotate-keys${tenant}`],
    calls: rotateKeys,
    may: [yes, no, no, no, no, no],
    scope: null,
  },
  {
    permission: 'oauth.providers',
    route: ['GET', '/api/v1/oauth/providers'],
    calls: listOAuthProviders,
    may: [yes, yes, yes, yes, yes, no],
    scope: read,
  },
  {
    permission: 'oauth-clients.write',
    route: ['PUT', client],
    calls: setOAuthClient,
    body: { client_id: 'c' },
    may: [yes, yes, no, no, no, no],
    scope: write,
  },
  {
    permission: 'oauth-clients.write',
    route: ['DELETE', client],
    calls: deleteOAuthClient,
    may: [yes, yes, no, no, no, no],
    scope: write,
  },
  {
    permission: 'oauth.connect',
    route: ['POST', `/api/v1/oauth/initiate${tenant}`],
    calls: initiateOAuth,
    body: { provider: 'github' },
    may: [yes, yes, yes, yes, no, no],
    scope: write,
  },
  {
    permission: 'oauth.connect',
    route: ['POST', `/api/v1/oauth/loopback${tenant}`],
    calls: startLoopbackOAuth,
    body: { provider: 'github', port: 8400 },
    may: [yes, yes, yes, yes, no, no],
    scope: write,
  },
  {
    permission: 'oauth.connect',
    route: ['POST', `/api/v1/oauth/exchange${tenant}`],
    calls: exchangeOAuth,
    body: { credential_id: 'cred_1', code: 'c', state: 's' },
    may: [yes, yes, yes, yes, no, no],
    scope: write,
  },
  {
    permission: 'oauth.auto-connect',
    route: ['POST', `/api/v1/oauth/auto-connect${tenant}`],
    calls: autoConnect,
    body: { mcp_url: 'https://mcp.example.com/mcp', server_name: 'x' },
    may: [yes, yes, no, no, no, no],
    scope: write,
  },
];
