import { type Check, type Violation, violation } from "./violation.ts";

export type Keyword = "allOf" | "anyOf" | "oneOf";
type Criterion = (checks: readonly Check[]) => Check;

/** A message of everit's CombinedSchema repeats its own place. */
const failed = (message: string, failures: readonly Violation[]) => violation(`#: ${message}`, failures);

function combine(refusal: (count: number, matching: number) => string | undefined): Criterion {
  return checks => value => {
    const failures = checks.map(check => check(value)).filter(each => each !== undefined);
    const message = refusal(checks.length, checks.length - failures.length);
    return message === undefined ? undefined : failed(message, failures);
  };
}

export const allOf = combine((count, matching) =>
  matching < count ? `only ${matching} subschema matches out of ${count}` : undefined,
);

/** An empty list matches nothing. */
export const anyOf = combine((count, matching) =>
  matching === 0 ? `no subschema matched out of the total ${count} subschemas` : undefined,
);

const oneOf = combine((_, matching) =>
  matching === 1 ? undefined : `${matching} subschemas matched instead of one`,
);

export const criteria: Readonly<Record<Keyword, Criterion>> = { allOf, anyOf, oneOf };
