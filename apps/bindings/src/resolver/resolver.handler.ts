import type { CallContext } from '@hawser/contracts';
import {
  explainAgent,
  resolveAgent,
  type Explanation,
  type ResolveAgent,
  type ResolvedServer,
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
}
