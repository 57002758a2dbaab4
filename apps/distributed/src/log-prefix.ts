import { styleText } from 'node:util';

const colours = ['cyan', 'green', 'yellow', 'magenta', 'blue', 'red'] as const;

/**
 * Marks each line of output with the name of the process that wrote it, in a column and a colour of its own.
 * @param names all that there will be
 */
export function logPrefix(
  names: readonly string[],
  coloured: boolean,
): (name: string, line: string) => string {
  const width = Math.max(...names.map((name) => name.length));
  return (name, line) => {
    const label = `${name.padEnd(width)} |`;
    const colour = colours[names.indexOf(name) % colours.length];
    return `${coloured && colour !== undefined ? styleText(colour, label, { validateStream: false }) : label} ${line}`;
  };
}
