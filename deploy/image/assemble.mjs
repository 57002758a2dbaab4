/**
 * Makes the folder that an app's image holds: the app and the libraries it uses, built, and their production packages.
 * Taken from an installed and built workspace (`npm ci && npm run build`); the Dockerfile runs it and so does a test.
 *
 *   node deploy/image/assemble.mjs <app> <empty or new folder>
 *   cd <folder>/apps/<app> && node dist/main.js
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { productionPlaces } from './production-packages.mjs';

const workspace = join(dirname(fileURLToPath(import.meta.url)), '../..');
const { packages } = JSON.parse(readFileSync(join(workspace, 'package-lock.json'), 'utf8'));
const isWorkspace = (place) => !place.includes('node_modules/');
/** Some packages list those of their types as something to run with. */
const isTypes = (place) => place.includes('node_modules/@types/');
const isInstalled = (place) => existsSync(join(workspace, place));

const isForBuilding = (path) => /(\.d\.[cm]?ts|\.d\.[cm]?ts\.map|\.tsbuildinfo)$/.test(path);
const isLicence = (path) => /^(licen[cs]e|notice|copying|copyright)/i.test(basename(path));
const isNote = (path) => /\.(md|markdown)$/.test(path) && !isLicence(path);

function copyWorkspace(place, target) {
  if (!existsSync(join(workspace, place, 'dist')))
    throw new Error(`${place}/dist is missing: run "npm run build"`);
  mkdirSync(join(target, place), { recursive: true });
  cpSync(join(workspace, place, 'package.json'), join(target, place, 'package.json'));
  // Source maps stay: with them a stack trace names the line of the source.
  cpSync(join(workspace, place, 'dist'), join(target, place, 'dist'), {
    recursive: true,
    filter: (path) => !isForBuilding(path),
  });
  const link = join(target, 'node_modules', packages[place].name);
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(relative(dirname(link), join(target, place)), link);
}

/**
 * Without what does nothing at run time, and without the packages within it, which come on their own if needed. Licences
 * go wherever the code goes.
 */
function copyPackage(place, target) {
  if (!isInstalled(place)) throw new Error(`${place} is missing: run "npm ci"`);
  const source = join(workspace, place);
  cpSync(source, join(target, place), {
    recursive: true,
    dereference: true,
    filter: (path) =>
      relative(source, path) !== 'node_modules' &&
      !isForBuilding(path) &&
      !isNote(path) &&
      !path.endsWith('.map'),
  });
}

function assemble(app, target) {
  const apps = readdirSync(join(workspace, 'apps'));
  if (!apps.includes(app)) throw new Error(`there is no app "${app}"; there are ${apps.join(', ')}`);
  if (existsSync(target) && readdirSync(target).length > 0) throw new Error(`${target} is not empty`);
  for (const place of productionPlaces(packages, `apps/${app}`, isInstalled)) {
    if (isWorkspace(place)) copyWorkspace(place, target);
    else if (!isTypes(place)) copyPackage(place, target);
  }
}

const [app, target, ...rest] = process.argv.slice(2);
if (app === undefined || target === undefined || rest.length > 0) {
  process.stderr.write('usage: node deploy/image/assemble.mjs <app> <empty or new folder>\n');
  process.exit(2);
}
try {
  assemble(app, target);
} catch (error) {
  process.stderr.write(`assemble: ${error.message}\n`);
  process.exit(1);
}
