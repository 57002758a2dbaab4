import { asana } from './data/asana.js';
import { atlassian } from './data/atlassian.js';
import { cloudflare } from './data/cloudflare.js';
import { discord } from './data/discord.js';
import { dropbox } from './data/dropbox.js';
import { figma } from './data/figma.js';
import { github } from './data/github.js';
import { gitlab } from './data/gitlab.js';
import { google } from './data/google.js';
import { hubspot } from './data/hubspot.js';
import { linear } from './data/linear.js';
import { microsoft } from './data/microsoft.js';
import { notion } from './data/notion.js';
import { sentry } from './data/sentry.js';
import { slack } from './data/slack.js';
import { slackUser } from './data/slack-user.js';
import { stripe } from './data/stripe.js';
import { zoom } from './data/zoom.js';
import type { OAuthProvider } from './oauth-provider.js';

/** Each entry is from the page that its file names; by id. */
export const oauthProviders: readonly OAuthProvider[] = [
  asana,
  atlassian,
  cloudflare,
  discord,
  dropbox,
  figma,
  github,
  gitlab,
  google,
  hubspot,
  linear,
  microsoft,
  notion,
  sentry,
  slack,
  slackUser,
  stripe,
  zoom,
];

export function findOAuthProvider(id: string): OAuthProvider | undefined {
  return oauthProviders.find((provider) => provider.id === id);
}

/** The vendor whose server this is. Over plain http it may be anybody's. */
export function providerOfServer(serverUrl: URL): OAuthProvider | undefined {
  if (serverUrl.protocol !== 'https:') return undefined;
  const host = serverUrl.hostname.replace(/\.+$/, '');
  const isOf = (domain: string): boolean => host === domain || host.endsWith(`.${domain}`);
  return oauthProviders.find(({ hosts }) => hosts.some(isOf));
}
