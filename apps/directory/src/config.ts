import { variables } from '@hawser/runtime';
import { serviceVariables } from '@hawser/runtime/database';

/** What the directory can be told; docs/configuration.md has the list. */
export const directoryVariables = {
  ...serviceVariables,
  HAWSER_BOOTSTRAP_TOKEN: variables.bootstrapToken({ default: undefined }),
};
