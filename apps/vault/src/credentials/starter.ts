import type { Actor } from '@hawser/contracts';

/** Who begins a flow: the user, whichever token he uses; a token that is nobody's stands for itself. */
export function starterOf({ user_id, id }: Actor): string {
  return user_id ?? id;
}
