const maxSteps = 10;

/**
 * Goes where a browser would be sent, with the cookies that it would have, until it leaves the origin that it began at;
 * answers where to. `visit` may change an address before it is asked for.
 * @throws Error when the way ends with a page
 */
export async function walkAway(from: string, visit: (url: URL) => URL = (url) => url): Promise<URL> {
  const { origin } = new URL(from);
  const cookies = new Map<string, string>();
  let url = new URL(from);
  for (let step = 0; step < maxSteps; step++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(visit(url), { redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (name !== undefined && value) cookies.set(name, value);
      else if (name !== undefined) cookies.delete(name);
    }
    const location = response.headers.get('location');
    const body = await response.text();
    if (location === null)
      throw new Error(`${url.href} answered ${response.status}: ${body.slice(0, 2_000)}`);
    url = new URL(location, url);
    if (url.origin !== origin) return url;
  }
  throw new Error(`${from} leads nowhere within ${maxSteps} steps`);
}
