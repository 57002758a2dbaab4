/** Of Hawser's own callback, for providers to send the browser to; whoever registers a client anywhere registers it. */
export function callbackUrlOf(publicUrl: string): string {
  return `${publicUrl}/api/v1/oauth/callback`;
}

/** Of the document that says who Hawser is, and that is its `client_id` where servers take documents for clients. */
export function clientMetadataUrlOf(publicUrl: string): string {
  return `${publicUrl}/api/v1/oauth/client-metadata.json`;
}
