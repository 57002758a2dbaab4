import { SeenTool } from '../bindings/tools.dto.js';
import { Dictionary, Integer, Nested, NestedList, OneOf, Strings, Text } from '../fields.js';

export const testStatuses = ['ok', 'auth_required', 'error'] as const;
export type TestStatus = (typeof testStatuses)[number];

/** What was wrong, for programs; the message says it to people. */
export const testReasons = [
  'configuration',
  'address_refused',
  'dns',
  'connection',
  'tls',
  'timeout',
  'redirect',
  'too_large',
  'http_status',
  'not_mcp',
] as const;
export type TestReason = (typeof testReasons)[number];

export const testedTransports = ['streamable-http', 'sse', 'stdio'] as const;
export type TestedTransport = (typeof testedTransports)[number];

/** Where a server that asks for a credential wants it from, as far as it says so. */
export class AuthorizationHint {
  @Text({ optional: true, description: 'of the challenge, such as Bearer or Basic' }) scheme?: string;
  @Text({ optional: true, max: 2048 }) resource_metadata_url?: string;
  @Strings({ description: 'issuers to sign in at; empty when the server names none' })
  authorization_servers!: string[];
  @Strings({ description: 'that the server asks for' }) scopes!: string[];
}

/** What trying a server out came to. What is not known is left out. */
export class ServerTest {
  @OneOf(testStatuses) status!: TestStatus;

  @Text({ optional: true, max: 4096, description: 'for a person: what was found, and what to do about it' })
  message?: string;

  @OneOf(testReasons, { optional: true, description: 'when the status is error' })
  reason?: TestReason;

  @Dictionary({
    optional: true,
    description: 'who the server says it is',
    example: { name: 'github-mcp', version: '1.2.3' },
  })
  server_info?: Record<string, unknown>;

  @Text({ optional: true, description: 'the revision of MCP that was agreed on', example: '2026-07-28' })
  protocol_version?: string;

  @OneOf(testedTransports, { optional: true, description: 'that the server was reached by' })
  transport?: TestedTransport;

  @Dictionary({ optional: true, description: 'what the server says it can do' })
  capabilities?: Record<string, unknown>;

  @Integer({ optional: true, description: 'in ms, from the first byte sent to the end of the handshake' })
  latency_ms?: number;

  @Integer({ optional: true })
  tools_count?: number;

  @NestedList(SeenTool, { optional: true, max: 5_000, description: 'fit to be sent to tools/refresh' })
  tools?: SeenTool[];

  @Nested(AuthorizationHint, { optional: true, description: 'when the status is auth_required' })
  authorization?: AuthorizationHint;
}
