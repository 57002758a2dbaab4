import { selfSignedCertificate, serverKey, signedCertificate } from './certificates.js';
import { startModernServer, type ModernServer } from './modern-server.js';

/** An MCP server over https with a certificate that nobody vouches for. */
export function startSelfSignedServer(): Promise<ModernServer> {
  return startModernServer({ tls: { cert: selfSignedCertificate, key: serverKey } });
}

/** An MCP server over https whom those trust who trust the `testAuthority`. */
export function startSignedServer(): Promise<ModernServer> {
  return startModernServer({ tls: { cert: signedCertificate, key: serverKey } });
}
