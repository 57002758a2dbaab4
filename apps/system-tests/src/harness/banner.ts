import { Gateways } from './gateways.js';

/** What a program prints when it is ready. */
export class Banner {
  constructor(private readonly text: () => string) {}

  private find(pattern: RegExp): string {
    const found = pattern.exec(this.text())?.[1];
    if (found === undefined) throw new Error(`${String(pattern)} was not printed:\n${this.text()}`);
    return found;
  }

  readGateways(): Gateways {
    return new Gateways(this.find(/ready at (\S+(?: and \S+)*) \(/).split(' and '));
  }

  /** The standalone program shows it at the first start only. */
  get ownerToken(): string {
    return this.find(/Owner token +(hws_live_\S+)/);
  }

  get demoAgentId(): string {
    return this.find(/agents\/(agt_\w+)\//);
  }

  /** The line that the program invites a newcomer to run. */
  get curlLine(): string {
    return this.find(/^ +(curl .+)$/m);
  }
}
