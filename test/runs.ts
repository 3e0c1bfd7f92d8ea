/** `npm test` sets TESTS=quick. A plain `npx vitest run` and `npm run test:long` run everything. */
const isQuick = process.env.TESTS === "quick";

/** How often a property is tried. `npm run test:long` sets RUNS, which multiplies it. */
export const numRuns = (usual: number): number => usual * Number(process.env.RUNS ?? 1);

/** The cases of a heavy test: one in `every` in `npm test`, otherwise all. The first is always included. */
export const casesOf = <T>(all: readonly T[], every: number): readonly T[] =>
  isQuick ? all.filter((_, n) => n % every === 0) : all;
