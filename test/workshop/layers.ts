import { pathToFileURL } from "node:url";
import { cruise, type IViolation } from "dependency-cruiser";
import extractOptions from "dependency-cruiser/config-utl/extract-depcruise-options";
import extractTsConfig from "dependency-cruiser/config-utl/extract-ts-config";

export interface Layers {
  readonly modules: number;
  /** Imports that .dependency-cruiser.cjs forbids. */
  readonly violations: readonly Pick<IViolation, "rule" | "from" | "to">[];
}

/** The imports below `root`. Throws if there are no modules. */
export async function layersOf(root: string): Promise<Layers> {
  const options = await extractOptions("./.dependency-cruiser.cjs");
  const { output } = await cruise(
    ["functions", "streamers", "cli", "infra"],
    { ...options, baseDir: root },
    undefined,
    {
      tsConfig: extractTsConfig("tsconfig.json"),
    },
  );
  if (typeof output === "string") throw new Error(output);
  const { totalCruised: modules, violations } = output.summary;
  // Without TypeScript 6's API it reads no TypeScript files, and reports no violation.
  if (modules === 0) throw new Error("No module was cruised: is `typescript` the one of package.json?");
  return { modules, violations };
}

if (import.meta.url === pathToFileURL(process.argv[1]!).href) {
  const { modules, violations } = await layersOf(process.cwd());
  for (const { rule, from, to } of violations) console.error(`${rule.name}: ${from} → ${to}`);
  console.log(`${modules} modules, ${violations.length} against the layers`);
  process.exitCode = violations.length === 0 ? 0 : 1;
}
