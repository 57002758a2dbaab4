/** Enough to recognise an audience or an issuer by. */
const longestShown = 200;

/** A value from outside, as a message may repeat it. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'not there';
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}
