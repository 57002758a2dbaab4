import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { join } from 'node:path';

/** A file for each process, `<name>.log`, begun anew at each start of the system. */
export class LogFiles {
  private readonly files = new Map<string, WriteStream>();

  constructor(readonly folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  write(name: string, line: string): void {
    let file = this.files.get(name);
    if (file === undefined) {
      file = createWriteStream(join(this.folder, `${name}.log`), { flags: 'w' });
      // A full disk ends the files, not the system.
      file.on('error', () => undefined);
      this.files.set(name, file);
    }
    file.write(`${line}\n`);
  }

  async close(): Promise<void> {
    const files = [...this.files.values()];
    await Promise.allSettled(files.map((file) => finished(file.end())));
  }
}
