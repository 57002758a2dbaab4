import type { OAuthProvider } from '../oauth-provider.js';
import { slack } from './slack.js';

// https://docs.slack.dev/authentication/installing-with-oauth
export const slackUser = {
  ...slack,
  id: 'slack-user',
  name: 'Slack (as a user)',
  // A server at slack.com does not say whether it wants a bot or a user.
  hosts: [],
  scope_parameter: 'user_scope',
  // Beside it there is a bot's token where the app has a bot.
  token_within: 'authed_user',
} as const satisfies OAuthProvider;
