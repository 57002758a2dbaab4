import { BusClient } from '@hawser/messaging';
import { tryUntilItWorks } from '@hawser/persistence';
import { Injectable, Logger } from '@nestjs/common';
import { addDemoServer } from './demo-server.js';
import { DemoService } from './demo.service.js';

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
    const furnish = (workspaceId: string): Promise<void> => addDemoServer(this.bus, workspaceId);
    const demo = await tryUntilItWorks(
      () => this.demo.ensure({ token, furnish }),
      (error) => this.log.warn(`workspace "demo" cannot be made yet: ${String(error)}`),
    );
    if (demo === null)
      this.log.warn('HAWSER_BOOTSTRAP_TOKEN is of no use: there is no workspace "demo" any more');
    else this.log.log(`the bootstrap token is an OWNER's of workspace "demo" (${demo.workspace_id})`);
  }
}
