export type Type = 'scalar' | 'string' | 'vector' | 'range';

interface Signature {
  takes: readonly Type[];
  answers: Type;
}

const overRange: Signature = { takes: ['range'], answers: 'vector' };

/** Those that are used. https://prometheus.io/docs/prometheus/latest/querying/functions/ */
export const functions: Readonly<Record<string, Signature>> = {
  absent: { takes: ['vector'], answers: 'vector' },
  avg_over_time: overRange,
  changes: overRange,
  deriv: overRange,
  histogram_quantile: { takes: ['scalar', 'vector'], answers: 'vector' },
  increase: overRange,
  label_replace: { takes: ['vector', 'string', 'string', 'string', 'string'], answers: 'vector' },
  min_over_time: overRange,
  rate: overRange,
  time: { takes: [], answers: 'scalar' },
  vector: { takes: ['scalar'], answers: 'vector' },
};

export function signatureOf(name: string): Signature {
  const signature = functions[name];
  if (signature === undefined) throw new Error(`there is no function "${name}"`);
  return signature;
}
