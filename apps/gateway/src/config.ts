import { programVariables, variables } from '@hawser/runtime';

/** What the gateway can be told; docs/configuration.md has the list. */
export const gatewayVariables = {
  ...programVariables,
  HAWSER_CORS_ORIGINS: variables.origins({ default: [] }),
  HAWSER_PUBLIC_URL: variables.httpUrl({ default: undefined }),
  OIDC_ISSUER: variables.httpUrl({ default: undefined }),
  OIDC_AUDIENCE: variables.text({ default: undefined }),
};
