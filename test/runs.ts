/** `npm test` sets TESTS=quick. A plain `npx vitest run` and `npm run test:long` run everything. */
const isQuick = process.env.TESTS === "quick";

/** How often a property is tried: half as often in `npm test`, RUNS times as often in `npm run test:long`. */
export const numRuns = (usual: number): number =>
  Math.ceil((usual * Number(process.env.RUNS ?? 1)) / (isQuick ? 2 : 1));

/** The cases of a heavy test: one in `every` in `npm test`, otherwise all. The first is always included. */
export const casesOf = <T>(all: readonly T[], every: number): readonly T[] =>
  isQuick ? all.filter((_, n) => n % every === 0) : all;
