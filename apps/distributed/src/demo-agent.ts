import { setTimeout as delay } from 'node:timers/promises';

const madeWithinMs = 5_000;
const pollMs = 100;

/** The agent of workspace `demo`, which is made a moment after a first start; undefined when there is none. */
export async function findDemoAgent(url: string, token: string): Promise<string | undefined> {
  const giveUpAt = Date.now() + madeWithinMs;
  for (;;) {
    const agent = await firstAgent(url, token).catch(() => undefined);
    if (agent !== undefined || Date.now() >= giveUpAt) return agent;
    await delay(pollMs);
  }
}

async function firstAgent(url: string, token: string): Promise<string | undefined> {
  const response = await fetch(`${url}/api/v1/agents?workspace_id=demo&limit=1`, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(madeWithinMs),
  });
  const { agents } = (await response.json()) as { agents?: { id: string }[] };
  return agents?.[0]?.id;
}
