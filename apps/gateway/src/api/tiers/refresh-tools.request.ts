import { QueryFlag, ServiceError } from '@hawser/contracts';
import { RefreshTools, type SeenTool } from '@hawser/contracts/bindings';
import { PartialType } from '@nestjs/swagger';

export class RefreshToolsQuery {
  @QueryFlag({ description: 'ask the server itself for its tools; then no tools are sent' })
  probe?: boolean;
}

// Left out is not null, which is no list.
export class RefreshToolsBody extends PartialType(RefreshTools, { skipNullProperties: false }) {}

/**
 * The tools that were sent to be recorded; undefined where the server is to be asked for them.
 * @throws ServiceError validation_failed for both at once, and for neither
 */
export function sentTools(
  { probe = false }: RefreshToolsQuery,
  { tools }: RefreshToolsBody,
): SeenTool[] | undefined {
  if (tools === undefined && !probe) {
    throw ServiceError.invalid(
      'tools',
      'must be a list of the tools that the server was seen to have; or, to have the server asked for them, ' +
        'send no body and probe=true in the query',
    );
  }
  if (tools !== undefined && probe) {
    throw ServiceError.invalid(
      'tools',
      'must be left out with probe=true, which has the server asked for them: send one of the two',
    );
  }
  return tools;
}
