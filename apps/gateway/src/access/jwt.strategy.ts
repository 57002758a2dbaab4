import { ServiceError } from '@hawser/contracts';
import type { Access } from '@hawser/contracts/directory';
import type { OnModuleInit } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { anonymousContext } from '../http/request-context.js';
import type { AccessCache } from './access-cache.js';
import { isJwt } from './bearer-token.js';
import { namedObjects } from './named-objects.js';
import { IssuerKeys } from './oidc/issuer-keys.js';
import { JwtVerifier } from './oidc/jwt-verifier.js';
import type { OidcOptions } from './oidc/oidc-options.js';
import { TokenStrategy } from './token-strategy.js';

/** JWTs of an OIDC issuer. They are verified here, and only who it is goes further. */
export class JwtStrategy extends TokenStrategy implements OnModuleInit {
  private readonly keys: IssuerKeys | undefined;
  private readonly verifier: JwtVerifier | undefined;

  constructor(
    private readonly callers: AccessCache,
    oidc: OidcOptions | undefined,
  ) {
    super('jwt', isJwt);
    if (oidc === undefined) return;
    this.keys = new IssuerKeys(oidc.issuer);
    this.verifier = new JwtVerifier(oidc, this.keys);
  }

  /** Nobody waits for it: the gateway starts without the issuer. */
  onModuleInit(): void {
    void this.keys?.look();
  }

  protected override async validate(token: string, request: FastifyRequest): Promise<Access> {
    if (this.verifier === undefined) {
      throw new ServiceError(
        'unauthenticated',
        'the token is a JWT, and no issuer of JWTs is set up here; send one that begins with hws_',
      );
    }
    const { subject, expires_at } = await this.verifier.verify(token);
    const named = { subject, ...namedObjects(request) };
    return { ...(await this.callers.find(named, () => anonymousContext(request))), expires_at };
  }
}
