import type { Mutant } from "../simulation/mutants/mutants.ts";

/** Bugs in functions/postgres/ that any order of deliveries must show, on a real server. */
export const mutants: readonly Pick<Mutant, "name" | "from" | "to">[] = [
  {
    name: "an older row replaces a newer one",
    from: "`excluded.${column} > t.${column}`",
    to: "`excluded.${column} <> t.${column}`",
  },
  {
    name: "a replay writes its rows again",
    from: "`excluded.${column} > t.${column}`",
    to: "`excluded.${column} >= t.${column}`",
  },
  {
    name: "a newer row keeps the fields that it lacks",
    from: "`${name} = excluded.${name}`",
    to: "`${name} = coalesce(excluded.${name}, t.${name})`",
  },
  {
    name: "of a batch's rows with one key the lowest sequence wins",
    from: "order by ${keys}, ${own.sequence} desc",
    to: "order by ${keys}, ${own.sequence}",
  },
  {
    name: "rows without keys are known by their sequences alone",
    from: "? [own.delivery, own.sequence]",
    to: "? [own.sequence]",
  },
  {
    name: "rows of a lower version than the active one are written",
    from: "BigInt(version) < activeVersion",
    to: "BigInt(version) < 0n * activeVersion",
  },
  {
    name: "of two versions the higher sequence wins",
    from: "then ${isHigher(own.version)} else",
    to: "then ${isHigher(own.sequence)} else",
  },
  {
    name: "an activation of a lower version replaces a higher one",
    from: "const isHigher = BigInt(version) > activeVersion;",
    to: "const isHigher = BigInt(version) !== activeVersion;",
  },
  {
    name: "an activation deletes nothing",
    from: "where ${own.version} < ${version} or",
    to: "where ${own.version} < 0 or",
  },
  {
    name: "an activation deletes the rows of its own version",
    from: "where ${own.version} < ${version} or",
    to: "where ${own.version} <= ${version} or",
  },
  {
    name: "rows without a version outlive an activation",
    from: "and ${own.sequence} <= ${sequence}`",
    to: "and false`",
  },
  {
    name: "an activation deletes newer rows without a version",
    from: "and ${own.sequence} <= ${sequence}`",
    to: "`",
  },
  {
    name: "older rows without a version are written after an activation",
    from: "`where ${own.sequence} > ${locked.activatedSequence}`",
    to: '"where true"',
  },
];
