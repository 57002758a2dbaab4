import type { CallContext } from '@hawser/contracts';
import {
  explainAgent,
  resolveAgent,
  resolveServer,
  type Explanation,
  type ResolveAgent,
  type ResolvedServer,
  type ServerToTry,
  type TriedServer,
} from '@hawser/contracts/bindings';
import { Handles } from '@hawser/messaging';
import { Controller } from '@nestjs/common';
import { ResolverService } from './resolver.service.js';

@Controller()
export class ResolverHandler {
  constructor(private readonly resolver: ResolverService) {}

  @Handles(resolveAgent)
  resolve(request: ResolveAgent, context: CallContext): Promise<ResolvedServer[]> {
    return this.resolver.resolve(context, request);
  }

  @Handles(explainAgent)
  explain(request: ResolveAgent, context: CallContext): Promise<Explanation> {
    return this.resolver.explain(context, request);
  }

  @Handles(resolveServer)
  resolveServer(request: ServerToTry, context: CallContext): Promise<TriedServer> {
    return this.resolver.resolveServer(context, request);
  }
}
