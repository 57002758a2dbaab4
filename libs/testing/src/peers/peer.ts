import type { IncomingHttpHeaders } from 'node:http';

/** A program or server on loopback for the tested one to talk to. */
export interface Peer {
  url: string;
  /** Hangs up on whoever is connected. */
  stop(): Promise<void>;
}

/** A tool as a server lists it; without a schema it takes no arguments. */
export interface PeerTool {
  name: string;
  description?: string;
  inputSchema?: Record<string, unknown>;
}

/** A request as a peer received it. */
export interface SeenRequest {
  /** Of HTTP. */
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  /** Method of the JSON-RPC message in the body, if there was one. */
  rpc?: string;
}
