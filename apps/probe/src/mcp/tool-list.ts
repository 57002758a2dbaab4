import type { SeenTool } from '@hawser/contracts/bindings';
import { isKeepable } from '@hawser/contracts';
import { maxDescriptionLength, maxToolNameLength, maxTools, maxToolsBytes } from '../limits.js';
import { schemaDigest } from './schema-digest.js';
import { keepable } from './told.js';

export interface ToolList {
  tools: SeenTool[];
  /** How many were left out because nobody can keep their names. */
  unusable: number;
  /** Whether the server has more than are taken. */
  more: boolean;
}

export interface ToolPage {
  /** As the server has them: they may be anything. */
  tools: unknown[];
  nextCursor?: string | undefined;
}

/** A list that is not as MCP has it; the message says to a person what is wrong. */
export class UnusableList extends Error {
  override readonly name = 'UnusableList';
}

/** What of a tool is of use here. */
interface Tool {
  name: string;
  description?: string;
  inputSchema: object;
  outputSchema?: unknown;
}

/**
 * Walks all pages. Time and bytes are bounded by whoever asks for a page.
 * @throws UnusableList: a tool that is none, or pages without end; or whatever asking for a page throws
 */
export async function readToolList(
  pageAt: (cursor: string | undefined) => Promise<ToolPage>,
): Promise<ToolList> {
  const list: ToolList = { tools: [], unusable: 0, more: false };
  const seenCursors = new Set<string>();
  let cursor: string | undefined;
  let leftBytes = maxToolsBytes;
  do {
    const page = await pageAt(cursor);
    for (const [index, value] of page.tools.entries()) {
      const seen = seenTool(asTool(value, index));
      if (seen === undefined) {
        list.unusable += 1;
        continue;
      }
      leftBytes -= Buffer.byteLength(JSON.stringify(seen));
      if (list.tools.length === maxTools || leftBytes < 0) return { ...list, more: true };
      list.tools.push(seen);
    }
    // Some servers say that there is no next page by an empty cursor.
    cursor = page.nextCursor === '' ? undefined : page.nextCursor;
    if (cursor !== undefined && seenCursors.has(cursor)) {
      throw new UnusableList('The list never ends: one of its pages names an earlier one as the next.');
    }
    if (cursor !== undefined) seenCursors.add(cursor);
  } while (cursor !== undefined);
  return list;
}

/** What only a client that calls tools has a use for may be as it likes. */
function asTool(value: unknown, index: number): Tool {
  const tool: Partial<Record<keyof Tool, unknown>> = isObject(value) ? value : {};
  const { name, description, inputSchema } = tool;
  const wrong = (what: string): UnusableList => new UnusableList(`Tool ${index + 1} of a page ${what}.`);
  if (typeof name !== 'string') throw wrong('has no name');
  if (description !== undefined && typeof description !== 'string') {
    throw wrong('has a description that is no text');
  }
  if (!isObject(inputSchema) || inputSchema.type !== 'object') {
    throw wrong('has no inputSchema of type "object"');
  }
  return tool as Tool;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function seenTool(tool: Tool): SeenTool | undefined {
  const { name, description } = tool;
  if (name.length < 1 || name.length > maxToolNameLength || !isKeepable(name)) return undefined;
  const digest = schemaDigest(tool);
  return {
    name,
    ...(description !== undefined && { description: keepable(description, maxDescriptionLength) }),
    ...(digest !== undefined && { schema_digest: digest }),
  };
}
