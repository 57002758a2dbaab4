import { setTimeout as delay } from 'node:timers/promises';
import { BusClient } from '@hawser/messaging';
import { Injectable, Logger } from '@nestjs/common';
import { addDemoServer } from './demo-server.js';
import { DemoService } from './demo.service.js';

const firstPauseMs = 500;
const longestPauseMs = 15_000;

/** Gives an empty installation its first workspace and owner, from a token that whoever installs it has chosen. */
@Injectable()
export class Bootstrap {
  private readonly log = new Logger(Bootstrap.name);

  constructor(
    private readonly demo: DemoService,
    private readonly bus: BusClient,
  ) {}

  /** Tries until it has worked: the service that keeps the demo's server may start later than this one. */
  async run(token: string): Promise<void> {
    for (let pauseMs = firstPauseMs; !(await this.attempt(token));) {
      await delay(pauseMs, undefined, { ref: false });
      pauseMs = Math.min(2 * pauseMs, longestPauseMs);
    }
  }

  private async attempt(token: string): Promise<boolean> {
    try {
      const furnish = (workspaceId: string): Promise<void> => addDemoServer(this.bus, workspaceId);
      const demo = await this.demo.ensure({ token, furnish });
      if (demo === null)
        this.log.warn('HAWSER_BOOTSTRAP_TOKEN is of no use: there is no workspace "demo" any more');
      else this.log.log(`the bootstrap token is an OWNER's of workspace "demo" (${demo.workspace_id})`);
      return true;
    } catch (error) {
      this.log.warn(`workspace "demo" cannot be made yet: ${String(error)}`);
      return false;
    }
  }
}
