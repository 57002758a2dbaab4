import { variables } from '@hawser/runtime';
import { serviceVariables } from '@hawser/runtime/database';

/** What bindings can be told; docs/configuration.md has the list. */
export const bindingsVariables = {
  ...serviceVariables,
  HAWSER_EGRESS_ALLOW: variables.networks({ default: [] }),
};
