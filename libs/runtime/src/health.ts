/** Rejects, with a message that says why, when what it looks at cannot be used now. */
export type Check = () => Promise<unknown>;

export interface Readiness {
  ready: boolean;
  /** `up`, or what is wrong. */
  checks: Record<string, string>;
}

const checkWithinMs = 2_000;

/** Runs all checks at once, each for a limited time. */
export async function readiness(checks: Record<string, Check>): Promise<Readiness> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await outcomeOf(check)] as const),
  );
  return {
    ready: results.every(([, outcome]) => outcome === 'up'),
    checks: Object.fromEntries(results),
  };
}

async function outcomeOf(check: Check): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${checkWithinMs} ms`)), checkWithinMs);
  });
  try {
    await Promise.race([check(), late]);
    return 'up';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(timer);
  }
}
