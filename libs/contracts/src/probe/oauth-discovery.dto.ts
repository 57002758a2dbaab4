import { Endpoint, Flag, Strings, Text } from '../fields.js';

export class DiscoverOAuth {
  @Endpoint() mcp_url!: string;
}

/** Where and how to sign in to an MCP server. */
export class DiscoveredOAuth {
  @Text({ max: 2048 }) auth_url!: string;
  @Text({ max: 2048 }) token_url!: string;
  @Text({ max: 2048, nullable: true }) registration_endpoint!: string | null;
  @Strings({ description: 'that the server asks for, or supports when it asks for none' }) scopes!: string[];
  @Flag({ description: 'dynamic client registration, RFC 7591' }) supports_dcr!: boolean;
  @Flag({ description: 'S256, RFC 7636; a server without it is not used' }) supports_pkce!: boolean;
  @Flag({ description: "client metadata documents: a URL as the client's id" }) supports_cimd!: boolean;
  @Text({ optional: true, max: 2048, description: 'RFC 7009' }) revocation_endpoint?: string;
  @Strings({ optional: true, description: 'how the token endpoint knows its clients' })
  token_endpoint_auth_methods?: string[];
  @Flag({ optional: true, description: 'whether answers name their issuer, RFC 9207' })
  iss_parameter?: boolean;
  @Text({
    description:
      'protected-resource-metadata (RFC 9728), authorization-server-metadata (RFC 8414 or OpenID Connect, at the server itself), or known-provider:<id>',
    example: 'protected-resource-metadata',
  })
  source!: string;
  @Text({ max: 2048, nullable: true, description: 'of the authorization server; checked' })
  issuer!: string | null;
  @Text({ max: 2048, nullable: true, description: 'to be named as `resource`, RFC 8707' })
  resource!: string | null;
}
