import {
  startModernServer,
  startProtectedServer,
  type ModernServer,
  type ProtectedServer,
} from '@hawser/testing';
import { using } from './peers.js';

let started: Promise<ProtectedServer> | undefined;
let open: Promise<ModernServer> | undefined;

/** The address of an MCP server that says where to sign in: one for all tests of a file. */
export async function protectedUrl(): Promise<string> {
  started ??= using(startProtectedServer());
  return (await started).url;
}

/** The address of one that asks nobody to sign in. */
export async function openUrl(): Promise<string> {
  open ??= using(startModernServer());
  return (await open).url;
}
