import { variables } from '@hawser/runtime';
import { serviceVariables } from '@hawser/runtime/database';

/** What the vault can be told; docs/configuration.md has the list. */
export const vaultVariables = {
  ...serviceVariables,
  HAWSER_MASTER_KEYS: variables.masterKeys(),
  HAWSER_EGRESS_ALLOW: variables.networks({ default: [] }),
  HAWSER_REDIRECT_ALLOW: variables.redirects({ default: [] }),
};
