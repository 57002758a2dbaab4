import { mayReadSecrets, type CallContext } from '@hawser/contracts';
import { explainAgent, Explanation, resolveAgent, ResolvedServer } from '@hawser/contracts/bindings';
import { BusClient } from '@hawser/messaging';
import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiHeader, ApiResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Requires } from '../../access/requires.js';
import { Caller } from '../../http/caller.js';
import { sendWithEtag } from '../../http/etag.js';
import { Operation } from '../../openapi/operation.js';
import { ResolvedQuery } from './resolved.query.js';

const description =
  "Secrets are in plain text for the agent's own token, and for an OWNER or ADMIN; each such answer is in the audit " +
  'log. Everybody else sees "[REDACTED]" in their place, and the answer has another ETag. What a server lacks is in ' +
  'its `problems`; it never keeps the others from working.';

@ApiTags('Resolver')
@Controller('api/v1/agents/:agentId/integrations/resolved')
export class ResolvedController {
  constructor(private readonly bus: BusClient) {}

  /** The main job. The service's bytes go out as they came, so the same state gives the same bytes and ETag. */
  @Get()
  @Requires('agent.read')
  @Operation('What this agent may use right now; with explain=true, also why', resolveAgent, {
    description,
    answerSchema: {
      oneOf: [
        { type: 'array', items: { $ref: getSchemaPath(ResolvedServer) } },
        { description: 'with explain=true', allOf: [{ $ref: getSchemaPath(Explanation) }] },
      ],
    },
  })
  @ApiExtraModels(Explanation, ResolvedServer)
  @ApiResponse({ status: 304, description: 'unchanged since the answer whose ETag If-None-Match names' })
  @ApiHeader({ name: 'If-None-Match', required: false, schema: { type: 'string' } })
  async resolved(
    @Param('agentId') agent_id: string,
    @Query() { explain = false }: ResolvedQuery,
    @Caller() caller: CallContext,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const plain = mayReadSecrets(caller.actor);
    const asked = { agent_id, plain };
    const body = await (explain
      ? this.bus.callRaw(explainAgent, asked, caller)
      : this.bus.callRaw(resolveAgent, asked, caller));
    sendWithEtag(request, reply, body, plain ? 'plain' : 'redacted');
  }
}
