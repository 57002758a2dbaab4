import type { CallContext } from '@hawser/contracts';
import type { CrewServerRef, RefreshedTools } from '@hawser/contracts/bindings';
import { refreshToolsFromServer } from '@hawser/contracts/probe';
import { Handles } from '@hawser/messaging';
import { Controller } from '@nestjs/common';
import { ToolRefreshService } from './tool-refresh.service.js';

@Controller()
export class ToolRefreshHandler {
  constructor(private readonly refreshes: ToolRefreshService) {}

  @Handles(refreshToolsFromServer)
  refresh(ref: CrewServerRef, context: CallContext): Promise<RefreshedTools> {
    return this.refreshes.refresh(context, ref);
  }
}
