import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AuthorizationServer } from './authorization-server.js';
import { bodyOf, seen } from './incoming.js';
import { serve } from './loopback.js';
import { modernHandler } from './modern-server.js';
import type { Peer, SeenRequest } from './peer.js';
import { ToolList, type ToolServerOptions } from './tool-list.js';

/** Fields to set in a document that is right without them; undefined takes one out. */
type Changes = Record<string, unknown>;

export interface ProtectedOptions extends Pick<ToolServerOptions, 'tools' | 'pageSize'> {
  /** Of the MCP endpoint. Default: /mcp. */
  path?: string;
  /** The bearer token that it lets in. Default: none is. */
  token?: string;
  /** In place of an issuer of its own, which only has metadata; its tokens are let in too. */
  authorizationServer?: Pick<AuthorizationServer, 'issuer' | 'accepts'>;
  /** What `WWW-Authenticate` says beyond its scheme. Default: everything. 'none' leaves the header out. */
  challenge?: 'metadata and scope' | 'metadata' | 'scheme' | 'none';
  /** Of the challenge. Default: Bearer. */
  scheme?: string;
  /** That the challenge asks for. Default: mcp:read and mcp:tools. */
  scopes?: string[];
  /** Where the document of RFC 9728 is, and what it says otherwise. Default: at the path. */
  resourceMetadata?: 'path' | 'root' | 'none';
  resourceDocument?: Changes;
  /** Of the issuer, which is on a port of its own. Default: none. */
  issuerPath?: string;
  /** Where the issuer's document is: RFC 8414, OpenID Connect by insertion or by appending. Default: RFC 8414. */
  issuerMetadata?: 'oauth' | 'openid' | 'openid appended' | 'none';
  issuerDocument?: Changes;
}

export interface ProtectedServer extends Peer {
  issuer: string;
  /** That the challenge asks for. */
  scopes: string[];
  /** That the challenge names, whether there is a document or not. */
  resourceMetadataUrl: string;
  /** Of the MCP server and of its issuer. */
  requests: SeenRequest[];
}

/** An MCP server that answers 401 and tells, as far as the options let it, where to sign in. */
export async function startProtectedServer(options: ProtectedOptions = {}): Promise<ProtectedServer> {
  const { path = '/mcp', token, scheme = 'Bearer', scopes = ['mcp:read', 'mcp:tools'] } = options;
  const { challenge = 'metadata and scope', resourceMetadata = 'path' } = options;
  const requests: SeenRequest[] = [];
  const answer = modernHandler(new ToolList(options));

  const { authorizationServer } = options;
  const issuing =
    authorizationServer === undefined
      ? await startIssuer(options, requests)
      : { issuer: authorizationServer.issuer, stop: () => Promise.resolve() };
  const resourcePath = `/.well-known/oauth-protected-resource${resourceMetadata === 'root' ? '' : path}`;

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    requests.push(seen(origin, request, body));
    if (request.url === resourcePath && resourceMetadata !== 'none') return sendJson(response, resource);
    if (request.url !== path) return void response.writeHead(404).end();
    const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (bearer !== undefined && (bearer === token || (await authorizationServer?.accepts(bearer)) === true))
      return answer(request, response, body);
    if (challenge !== 'none') response.setHeader('www-authenticate', challengeText);
    response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":"unauthorized"}');
  };
  const { origin, stop } = await serve(handle);

  const resourceMetadataUrl = `${origin}${resourcePath}`;
  const challengeText = [
    scheme,
    [
      ...(challenge.startsWith('metadata') ? [`resource_metadata="${resourceMetadataUrl}"`] : []),
      ...(challenge === 'metadata and scope' ? [`scope="${scopes.join(' ')}"`] : []),
    ].join(', '),
  ]
    .join(' ')
    .trim();
  const resource = {
    resource: `${origin}${path}`,
    authorization_servers: [issuing.issuer],
    scopes_supported: [...scopes, 'mcp:admin'],
    bearer_methods_supported: ['header'],
    ...options.resourceDocument,
  };
  return {
    url: `${origin}${path}`,
    issuer: issuing.issuer,
    scopes,
    resourceMetadataUrl,
    requests,
    stop: async () => void (await Promise.all([stop(), issuing.stop()])),
  };
}

interface Issuer {
  issuer: string;
  stop: () => Promise<void>;
}

async function startIssuer(
  { issuerPath = '', issuerMetadata = 'oauth', issuerDocument }: ProtectedOptions,
  requests: SeenRequest[],
): Promise<Issuer> {
  const metadataPath = {
    oauth: `/.well-known/oauth-authorization-server${issuerPath}`,
    openid: `/.well-known/openid-configuration${issuerPath}`,
    'openid appended': `${issuerPath}/.well-known/openid-configuration`,
    none: undefined,
  }[issuerMetadata];
  const { origin, stop } = await serve((request, response) => {
    requests.push(seen(origin, request, undefined));
    if (request.url === metadataPath) sendJson(response, document);
    else response.writeHead(404).end();
  });
  const issuer = `${origin}${issuerPath}`;
  const document = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    registration_endpoint: `${issuer}/register`,
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    client_id_metadata_document_supported: true,
    // OpenID Connect wants these two, RFC 8414 does not mind.
    jwks_uri: `${issuer}/keys`,
    ...(issuerMetadata.startsWith('openid') && {
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    }),
    ...issuerDocument,
  };
  return { issuer, stop };
}

function sendJson(response: ServerResponse, document: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document));
}
