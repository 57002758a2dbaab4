import { ServiceError } from '@hawser/contracts';

/** What calls made at the same time came to: how many were answered, and the codes of those that were refused. */
export async function outcomesOf(calls: Promise<unknown>[]): Promise<Record<string, number>> {
  const settled = await Promise.allSettled(calls);
  const names = settled.map((outcome) =>
    outcome.status === 'fulfilled' ? 'answered' : codeOf(outcome.reason),
  );
  return Object.fromEntries(
    [...Map.groupBy(names, (name) => name)].map(([name, alike]) => [name, alike.length]),
  );
}

/** The fields that a call was refused for, which it must have been. */
export async function refusedFields(call: Promise<unknown>): Promise<string[]> {
  const error: unknown = await call.then(
    (answer) => new Error(`should have been refused, and answered ${JSON.stringify(answer)}`),
    (failure: unknown) => failure,
  );
  if (!(error instanceof ServiceError) || error.code !== 'validation_failed') throw error;
  return (error.details.errors ?? []).map(({ field }) => field);
}

/** Runs `make` that many times at once. */
export function atOnce<T>(times: number, make: (index: number) => Promise<T>): Promise<T>[] {
  return Array.from({ length: times }, (_, index) => make(index));
}

function codeOf(reason: unknown): string {
  return reason instanceof ServiceError ? reason.code : String(reason);
}
