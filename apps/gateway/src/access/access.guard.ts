import { ServiceError } from '@hawser/contracts';
import type { Access } from '@hawser/contracts/directory';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { readIdempotencyKey } from '../http/idempotency-key.js';
import { authenticate } from './authenticate.js';
import { BearerStrategy } from './bearer.strategy.js';
import { JwtStrategy } from './jwt.strategy.js';
import { isEnough, permissions, type Permission } from './permissions.js';
import { accessRuleKey, type AccessRule } from './requires.js';
import { namedTenant, tenantMissing } from './tenant.js';
import type { TokenStrategy } from './token-strategy.js';

/** Lets a request in: who it is, in which workspace, with which role and scope, and that its path's ids exist there. */
@Injectable()
export class AccessGuard implements CanActivate {
  private readonly strategies: readonly TokenStrategy[];

  constructor(
    private readonly reflector: Reflector,
    bearer: BearerStrategy,
    jwt: JwtStrategy,
  ) {
    this.strategies = [bearer, jwt];
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const rule = this.reflector.get<AccessRule | 'public' | undefined>(accessRuleKey, context.getHandler());
    if (rule === 'public') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (rule === undefined)
      throw new Error(`${request.method} ${request.routeOptions.url} declares no access rule`);
    request.tenantName = namedTenant(request, rule.tenant);
    const access = await authenticate(this.strategies, request);
    if (access === undefined) {
      throw new ServiceError('unauthenticated', 'send a token in the header "Authorization: Bearer <token>"');
    }
    if (rule.tenant === 'named' && request.tenantName === undefined) throw tenantMissing();
    requirePermission(permissions[rule.permission], access, request);
    requirePathObjects(access, request);
    request.idempotencyKey = readIdempotencyKey(request);
    request.access = access;
    return true;
  }
}

function requirePermission(
  permission: Permission,
  { actor, role, scopes, workspace }: Access,
  request: FastifyRequest,
): void {
  if (actor.kind === 'agent') {
    const { agentId } = request.params as { agentId?: string };
    const aboutItself = agentId === undefined || agentId === actor.agent_id;
    if (!permission.ownAgent || !aboutItself) {
      throw new ServiceError('forbidden', "an agent's token may only read what concerns that agent");
    }
  } else if (!isEnough(role, permission, workspace !== null)) {
    throw new ServiceError(
      'forbidden',
      `needs the role ${permission.roles.join(' or ')}, and this token has ${role ?? 'none'}`,
      {
        needed: permission.roles,
        role,
      },
    );
  }
  if (scopes === null) return;
  if (permission.scope === null) {
    throw new ServiceError(
      'scope_missing',
      'needs a token without scopes, and this one is limited to ' + scopes.join(', '),
      { scopes },
    );
  }
  if (!scopes.includes(permission.scope)) {
    throw new ServiceError(
      'scope_missing',
      `needs the scope ${permission.scope}, and this token has ${scopes.join(', ')}`,
      {
        needed: permission.scope,
        scopes,
      },
    );
  }
}

function requirePathObjects({ agent, crew_id }: Access, request: FastifyRequest): void {
  const { agentId, crewId } = request.params as { agentId?: string; crewId?: string };
  if (agentId !== undefined && agent === null) throw ServiceError.notFound('agent', agentId);
  if (crewId !== undefined && crew_id === null) throw ServiceError.notFound('crew', crewId);
}
