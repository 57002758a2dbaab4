import { currentCall } from '@hawser/messaging';
import { ConsoleLogger } from '@nestjs/common';

/** What somebody has to know, in lines for a person, with the id of the request that was being worked on. */
export class TerminalLogger extends ConsoleLogger {
  constructor() {
    super({ logLevels: ['warn', 'error', 'fatal'] });
  }

  protected override formatContext(context: string): string {
    const requestId = currentCall()?.requestId;
    const shown = super.formatContext(context);
    return requestId === undefined ? shown : `${shown}${requestId} `;
  }
}
