import type { Peer } from '@hawser/testing';

const started: Pick<Peer, 'stop'>[] = [];
afterAll(() => Promise.all(started.splice(0).map((peer) => peer.stop())));

/** A server for the system to talk to, ended after the file's tests. */
export async function using<P extends Pick<Peer, 'stop'>>(starting: Promise<P>): Promise<P> {
  const peer = await starting;
  started.push(peer);
  return peer;
}
