/**
 * Keeps package-lock.json installable everywhere. npm leaves out of the lock the platform packages that the registry
 * at hand did not list, and then `npm ci` refuses the lock ("Missing … from lock file") wherever they are listed.
 *
 *   node tools/complete-lock.mjs           adds what is missing; run it after every npm install that changed the lock
 *   node tools/complete-lock.mjs --check   fails and names what is missing; part of npm test
 */
import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));
const { packages } = lock;

const platform =
  /-(darwin|linux|win32|freebsd|android|openharmony|sunos|netbsd|openbsd|aix)-(x64|arm64|ia32|arm|ppc64|s390x|riscv64|loong64|mips64el|wasm32)/;

/** Where Node would find `name` from the package at `from`: the nearest node_modules that has it. */
function find(from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const place = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (packages[place]) return place;
    if (folder === '') return undefined;
  }
}

const missing = [];
for (const [from, entry] of Object.entries(packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (!find(from, name)) missing.push({ from, name, version, dev: entry.dev === true });
  }
}

if (process.argv.includes('--check')) {
  const workspaces = Object.keys(packages).filter((place) => /^(apps|libs)\//.test(place));
  const loose = ['', ...workspaces].flatMap((place) =>
    ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
      Object.entries(packages[place][kind] ?? {}).filter(
        ([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
      ),
    ),
  );
  for (const { from, name } of missing)
    console.error(`package-lock.json lacks ${name}, which ${from} may need on another platform`);
  for (const [name, version] of loose)
    console.error(`${name} is given as "${version}": name an exact version`);
  if (missing.length > 0) console.error('Run: node tools/complete-lock.mjs');
  process.exit(missing.length + loose.length > 0 ? 1 : 0);
}

for (const { from, name, version, dev } of missing) {
  const match = platform.exec(name);
  if (!match) {
    console.error(`${name} (of ${from}) is missing and its name tells no platform: add it by hand`);
    process.exitCode = 1;
    continue;
  }
  const place = packages[`node_modules/${name}`] ? `${from}/node_modules/${name}` : `node_modules/${name}`;
  packages[place] = {
    version,
    cpu: [match[2]],
    ...(dev ? { dev: true } : {}),
    optional: true,
    os: [match[1]],
  };
}
lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${missing.length} platform packages were missing from package-lock.json`);
