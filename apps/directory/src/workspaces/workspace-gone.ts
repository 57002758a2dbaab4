import { ServiceError } from '@hawser/contracts';

/** For a call that was authorised just before its workspace was deleted. */
export function workspaceGone(id: string): ServiceError {
  return new ServiceError('not_found', `the workspace "${id}" has been deleted`, { kind: 'workspace', id });
}
