/** How often a property is tried: `npm run test:long` sets RUNS, which multiplies it. */
export const numRuns = (usual: number): number => usual * Number(process.env.RUNS ?? 1);
