/** The last line of what a program complained about, or of the error's own message. */
export function reasonOf(error: unknown): string {
  const { stderr, message } = error as Error & { stderr?: string };
  return (stderr?.trim() || message).split('\n').at(-1) ?? message;
}
