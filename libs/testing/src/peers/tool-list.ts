import type { PeerTool } from './peer.js';

/** What a server of tools is made of. */
export interface ToolServerOptions {
  /** Default: one tool, `echo`. */
  tools?: PeerTool[];
  /** Tools on a page of the list. Default: all on one. */
  pageSize?: number;
  /** From each request to its answer, in ms. Default 0. */
  delayMs?: number;
}

type Page = {
  tools: { name: string; description?: string; inputSchema: { type: 'object' } }[];
  nextCursor?: string;
};

export class ToolList {
  private tools: PeerTool[];
  private readonly pageSize: number;

  constructor({ tools = [{ name: 'echo' }], pageSize = Infinity }: ToolServerOptions) {
    this.tools = tools;
    this.pageSize = pageSize;
  }

  set(tools: PeerTool[]): void {
    this.tools = tools;
  }

  /** The cursor is the number of tools on the pages before. */
  page(cursor = '0'): Page {
    const end = Number(cursor) + this.pageSize;
    return {
      tools: this.tools
        .slice(Number(cursor), end)
        .map((tool) => ({ ...tool, inputSchema: { type: 'object', ...tool.inputSchema } })),
      ...(end < this.tools.length && { nextCursor: String(end) }),
    };
  }
}
