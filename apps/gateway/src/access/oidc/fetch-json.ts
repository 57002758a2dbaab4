/** A JWKS of a hundred RSA keys has some 60 KiB. */
const limitBytes = 512 * 1024;

/**
 * The JSON at an address, decoded.
 * @throws Error that says in words what went wrong: not there, not in time, not 200, too large, no JSON
 */
export async function fetchJson(url: string, signal: AbortSignal): Promise<unknown> {
  try {
    const response = await fetch(url, { signal, redirect: 'error', headers: { accept: 'application/json' } });
    if (response.status === 200) return JSON.parse(await readText(response));
    await response.body?.cancel();
    throw new Error(`the status is ${response.status}`);
  } catch (error) {
    throw new Error(`${url}: ${reasonOf(error)}`, { cause: error });
  }
}

/** Counted as they come: a length that a header states need not be true. */
async function readText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body as ReadableStream<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > limitBytes) throw new Error(`the answer has more than ${limitBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** What `fetch` says is "fetch failed"; why is in the cause. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as { message: string; cause?: { message?: string; code?: string } };
  return cause?.message || cause?.code || message;
}
