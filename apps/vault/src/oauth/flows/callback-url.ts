/** Hawser's own, for providers to send the browser to; whoever registers a client anywhere registers it. */
export function callbackUrlOf(publicUrl: string): string {
  return `${publicUrl}/api/v1/oauth/callback`;
}
