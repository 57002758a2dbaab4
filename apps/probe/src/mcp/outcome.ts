import type { AuthorizationHint, ServerTest } from '@hawser/contracts/probe';
import { maxTools, maxToolsBytes } from '../limits.js';
import type { McpConnection } from './mcp-connection.js';
import { quoted, selfPortrait } from './told.js';
import type { ToolList } from './tool-list.js';

/** What is known of a server after the handshake, besides its tools. */
export type Portrait = Pick<
  ServerTest,
  'transport' | 'protocol_version' | 'server_info' | 'capabilities' | 'latency_ms'
>;

/** What of all that a server says about itself is of use to anybody. */
export function portraitOf({ client, transport }: McpConnection, latencyMs: number): Portrait {
  const serverInfo = selfPortrait(client.getServerVersion());
  const capabilities = selfPortrait(client.getServerCapabilities());
  const version = client.getNegotiatedProtocolVersion();
  return {
    transport,
    latency_ms: latencyMs,
    ...(version !== undefined && { protocol_version: version }),
    ...(serverInfo !== undefined && { server_info: serverInfo }),
    ...(capabilities !== undefined && { capabilities }),
  };
}

/** A server that can be used, with its tools. */
export function usable(portrait: Portrait, { tools, unusable, more }: ToolList): ServerTest {
  const count = tools.length === 1 ? '1 tool' : `${tools.length} tools`;
  const sentences = [
    `${greeting(portrait)} and has ${count}.`,
    ...(more
      ? [
          `It has more than are listed here: at most ${maxTools} and ${maxToolsBytes / 2 ** 20} MiB of them are taken.`,
        ]
      : []),
    ...(unusable > 0 ? [`Left out, because nobody can keep their names: ${unusable}.`] : []),
  ];
  return { status: 'ok', message: sentences.join(' '), ...portrait, tools_count: tools.length, tools };
}

/** A server that can be talked to, but does not tell its tools. */
export function silentAboutTools(portrait: Portrait, why: string): ServerTest {
  const message = `${greeting(portrait)}, but its tools could not be listed. ${why}`;
  return { status: 'ok', message, ...portrait };
}

/** A server that asks for a credential. */
export function locked(message: string, authorization: AuthorizationHint): ServerTest {
  const { authorization_servers: servers, scopes, scheme } = authorization;
  const how = scheme === undefined ? '' : ` It asks for ${scheme}.`;
  const scoped = scopes.length === 0 ? '' : ` for ${quoted(scopes.join(' '), [])}`;
  const where =
    servers.length === 0
      ? 'Set the header that it wants in headers_json, or give it a credential.'
      : `Sign in at ${quoted(servers[0] ?? '', [])}${scoped}.`;
  return { status: 'auth_required', message: `${message}${how} ${where}`, authorization };
}

function greeting({ server_info, protocol_version, transport }: Portrait): string {
  const name = typeof server_info?.name === 'string' ? quoted(server_info.name, []) : undefined;
  return `${name ?? 'The server'} answers by MCP ${protocol_version} over ${transport}`;
}
