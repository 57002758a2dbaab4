import type { ServerTest } from '@hawser/contracts/probe';

/** What can be said of a stdio server without starting it, which only the agent's own runtime does. */
export function checkStdio({
  command,
  args_json: args,
}: {
  command: string | null;
  args_json: string | null;
}): ServerTest {
  const fault = commandFault(command) ?? argsFault(args);
  if (fault !== undefined) {
    return { status: 'error', reason: 'configuration', transport: 'stdio', message: fault };
  }
  const message =
    `The command ${JSON.stringify(command)} and its arguments are well formed. ` +
    "Whether they work shows when the agent's own runtime starts them: a stdio server is never started from here.";
  return { status: 'ok', transport: 'stdio', message };
}

function commandFault(command: string | null): string | undefined {
  if (command === null || command === '') return 'The server has no command: set one, such as "npx".';
  if (!/\s/.test(command)) return undefined;
  const [executable = '', ...rest] = command.trim().split(/\s+/);
  const args = rest.length === 0 ? '' : `, and ${JSON.stringify(rest)} at the front of args_json`;
  return (
    `The command ${JSON.stringify(command)} has blanks in it, and would be looked for as one file of that name: ` +
    `put ${JSON.stringify(executable)} into command${args}.`
  );
}

function argsFault(args: string | null): string | undefined {
  if (args === null) return undefined;
  try {
    const list: unknown = JSON.parse(args);
    if (Array.isArray(list) && list.every((item) => typeof item === 'string')) return undefined;
  } catch {
    // Said below.
  }
  return 'The arguments are no list of texts: write args_json as a JSON array of strings, such as ["-y","package"].';
}
