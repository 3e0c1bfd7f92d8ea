/** Each time that a map's shape has so many more names, none of them may have recurred in so many maps. */
const unseenMin = 16;
const unseenMapsMin = 6;
/** Likewise, a smaller share of the names than this may be in the current map. */
const fewMin = 48;
const fewShare = 1 / 6;

interface NameUse {
  /** The number of the last map with the name, which grows from map to map; 0 for the name that is new. */
  readonly lastMap: number;
}

/**
 * Returns whether the names of the maps in one place, in the order in which they were first read, are likely
 * to be identifiers, which hardly ever recur. It is asked after each new name. `foreseen` returns how many
 * names the maps' schema knows.
 */
export function areLikelyIdentifiers(names: readonly NameUse[], foreseen: () => number): boolean {
  const { length } = names;
  if (length % unseenMin !== 0 && length % fewMin !== 0) return false;
  const others = length - foreseen();
  if (length % unseenMin === 0 && others >= unseenMin && haveHardlyRecurred(names)) return true;
  return length % fewMin === 0 && others >= fewMin && areFewCurrent(names);
}

/** If a name recurs, its number is larger than that of the names after it, unless these recur as well. */
function haveHardlyRecurred(names: readonly NameUse[]): boolean {
  let [last, maps] = [0, 0];
  for (const { lastMap } of names.slice(0, -1)) {
    if (lastMap < last) return false;
    if (lastMap > last) maps++;
    last = lastMap;
  }
  return maps >= unseenMapsMin;
}

function areFewCurrent(names: readonly NameUse[]): boolean {
  const current = names.reduce((last, { lastMap }) => Math.max(last, lastMap), 0);
  return names.filter(({ lastMap }) => lastMap === current).length < fewShare * names.length;
}
