import { EgressError } from '@hawser/egress';
import { isJSONRPCResultResponse, type JSONRPCMessage } from '@modelcontextprotocol/client';
import { maxMessages } from '../limits.js';
import type { Exchanges } from './exchanges.js';

/**
 * What a server sends, before the MCP client looks at it: how much of it there is, and lists of tools, which are kept
 * from the client. That would note all that is wrong with each of 100,000 tools, and take seconds and gigabytes for it.
 */
export class Incoming {
  private messages = 0;
  private tools: unknown[] | undefined;

  constructor(private readonly exchanges: Exchanges) {}

  readonly hear = (message: JSONRPCMessage): void => {
    this.count();
    if (!isJSONRPCResultResponse(message) || !Array.isArray(message.result.tools)) return;
    this.tools ??= message.result.tools;
    message.result.tools = [];
  };

  /** Something that is no message, or one that nobody waits for. */
  readonly count = (): void => {
    this.messages += 1;
    if (this.messages !== maxMessages + 1) return;
    const words = `the server sends message after message, and ${maxMessages} are enough`;
    this.exchanges.giveUp(new EgressError('too_large', words));
  };

  /** The tools of the page that has come last, none of them looked at. */
  takeTools(): unknown[] {
    const { tools = [] } = this;
    this.tools = undefined;
    return tools;
  }
}
