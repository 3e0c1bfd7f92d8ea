/** After this many names, and each time as many more, few of them must be in the current map. */
const fewMin = 48;
const fewShare = 1 / 6;
/** After this many names, and each time as many more, none must have come again in so many maps. */
const newMin = 16;
const newMapsMin = 6;

/** A name. */
interface Seen {
  /** The number of the last map with it, which grows from map to map; 0 for the name that was added last. */
  readonly lastMap: number;
}

/**
 * Returns whether the names of the maps in one place, in the order in which they came, seem to be
 * identifiers, which hardly ever come again. `foreseen` returns how many names the maps' schema knows.
 */
export function seemIdentifiers(names: readonly Seen[], foreseen: () => number): boolean {
  if (names.length % newMin !== 0) return false;
  const others = names.length - foreseen();
  if (others >= newMin && areAllNew(names)) return true;
  return names.length % fewMin === 0 && others >= fewMin && areFewCurrent(names);
}

function areAllNew(names: readonly Seen[]): boolean {
  let [last, maps] = [0, 0];
  for (const { lastMap } of names.slice(0, -1)) {
    if (lastMap < last) return false;
    if (lastMap > last) maps++;
    last = lastMap;
  }
  return maps >= newMapsMin;
}

function areFewCurrent(names: readonly Seen[]): boolean {
  const current = names.reduce((last, { lastMap }) => Math.max(last, lastMap), 0);
  return names.filter(({ lastMap }) => lastMap === current).length < fewShare * names.length;
}
