const advice: Record<number, string> = {
  400: 'It did not understand the request: check that the endpoint is that of an MCP server.',
  404: 'Nothing is at this address: check the path of the endpoint, which is usually /mcp.',
  405: 'It takes no messages at this address: check the path of the endpoint, which is usually /mcp.',
  406: 'It does not offer what MCP needs: check that the endpoint is that of an MCP server.',
  407: 'A proxy on the way asks for a credential, which MCP has no place for: use an address behind it.',
  410: 'What was at this address is gone: ask whoever runs the server where it is now.',
  415: 'It takes no JSON at this address: check that the endpoint is that of an MCP server.',
  421: 'It does not serve this name: check the host of the endpoint.',
  501: 'It does not know how to take messages: check that the endpoint is that of an MCP server.',
  502: 'A proxy in front of it got no good answer: look whether the server behind it is up.',
  503: 'It is not available at the moment: try again later, or ask whoever runs it.',
  504: 'A proxy in front of it got no answer in time: look whether the server behind it is up.',
};
/** A time to wait that a person can be told; RFC 9110 section 10.2.3 has a date as well. */
const seconds = /^\d{1,6}$/;

/** What a person can do about an HTTP status; `retryAfter` is the header's value. */
export function adviceFor(status: number, retryAfter?: string): string {
  if (status === 429) {
    const when = retryAfter !== undefined && seconds.test(retryAfter) ? `in ${retryAfter} s` : 'later';
    return `It has had too many requests: try again ${when}.`;
  }
  const known = advice[status];
  if (known !== undefined) return known;
  if (status >= 500) return 'It failed: look into its log, or ask whoever runs it.';
  if (status >= 400) return 'It refused the request: check the endpoint and its headers.';
  return 'It sent no answer that MCP knows: check the path of the endpoint, which is usually /mcp.';
}
