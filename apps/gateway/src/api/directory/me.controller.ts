import { authorise, Me, type Access } from '@hawser/contracts/directory';
import { Controller, Get, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Requires } from '../../access/requires.js';
import { Operation } from '../../openapi/operation.js';

@ApiTags('Tokens')
@Controller('api/v1/me')
export class MeController {
  @Get()
  @Requires('self', 'optional')
  @Operation('Who the caller is, and what they may do', authorise, { answer: Me })
  me(@Req() request: FastifyRequest): Me {
    const { actor, role, scopes, workspace } = request.access as Access;
    return { actor, role, scopes, workspace };
  }
}
