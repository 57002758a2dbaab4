import type { CallContext } from '@hawser/contracts';
import {
  listTools,
  refreshTools,
  upsertTool,
  type CrewServerRef,
  type RefreshCrewTools,
  type RefreshedTools,
  type ToolState,
  type UpsertTool,
} from '@hawser/contracts/bindings';
import { Handles } from '@hawser/messaging';
import { Controller } from '@nestjs/common';
import { ToolService } from './tool.service.js';

@Controller()
export class ToolHandler {
  constructor(private readonly tools: ToolService) {}

  @Handles(listTools)
  list(ref: CrewServerRef, context: CallContext): Promise<ToolState[]> {
    return this.tools.list(context, ref);
  }

  @Handles(upsertTool)
  upsert(input: UpsertTool, context: CallContext): Promise<ToolState> {
    return this.tools.upsert(context, input);
  }

  @Handles(refreshTools)
  refresh(input: RefreshCrewTools, context: CallContext): Promise<RefreshedTools> {
    return this.tools.refresh(context, input);
  }
}
