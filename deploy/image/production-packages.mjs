/**
 * What a workspace needs to run, read out of package-lock.json: the places (`libs/contracts`, `node_modules/pg`) of its
 * workspaces and packages. Optional packages come along where they are installed; optional peers do not, unless
 * something lists them as its own.
 */
export function productionPlaces(packages, start, isInstalled) {
  const places = new Set();
  const queue = [start];
  for (let place = queue.pop(); place !== undefined; place = queue.pop()) {
    if (places.has(place)) continue;
    places.add(place);
    const {
      dependencies = {},
      optionalDependencies = {},
      peerDependencies = {},
      peerDependenciesMeta = {},
    } = packages[place];
    const peers = Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional);
    for (const name of new Set([...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers])) {
      const found = find(packages, place, name);
      if (name in optionalDependencies && (found === undefined || !isInstalled(found))) continue;
      if (found === undefined) throw new Error(`package-lock.json has no ${name}, which ${place} needs`);
      queue.push(found);
    }
  }
  return [...places].sort();
}

/** Where Node finds `name` from the package at `from`: the nearest node_modules that has it; of a link, its target. */
function find(packages, from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
    const place = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    const entry = packages[place];
    if (entry !== undefined) return entry.link ? entry.resolved : place;
    if (folder === '') return undefined;
  }
}
