import manifest from "../package.json" with { type: "json" };

const required = manifest.engines.node.replace(">=", "");

/** Returns whether a version of Node is one that package.json allows. */
export function isSupportedNode(version: string): boolean {
  const [major, minor] = numbersOf(version);
  const [majorMin, minorMin] = numbersOf(required);
  return major > majorMin || (major === majorMin && minor >= minorMin);
}

export const unsupportedNode = (name: string, version: string) =>
  `${name} needs Node ${required} or later, and this is Node ${version}.`;

function numbersOf(version: string): readonly [number, number] {
  const [major, minor] = version.split(".").map(Number);
  return [major || 0, minor || 0];
}
