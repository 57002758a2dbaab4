import { programVariables, variables } from '@hawser/runtime';

/** What the probe can be told; docs/configuration.md has the list. */
export const probeVariables = {
  ...programVariables,
  HAWSER_EGRESS_ALLOW: variables.networks({ default: [] }),
};
