import { startProtectedServer, type ProtectedServer } from '@hawser/testing';
import { using } from './peers.js';

let started: Promise<ProtectedServer> | undefined;

/** The address of an MCP server that says where to sign in: one for all tests of a file. */
export async function protectedUrl(): Promise<string> {
  started ??= using(startProtectedServer());
  return (await started).url;
}
