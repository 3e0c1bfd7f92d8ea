import grammar from "./credential-entry.json" with { type: "json" };

/**
 * An entry in a streamer's list of credentials: a name, or alternatives. `A|B+C` is A, or both B and C.
 * Entries have no spaces, as a function's environment holds the list separated by spaces. The pattern is JSON
 * because infra/scheduled.cjs reads it as well.
 */
export const credentialPattern = new RegExp(grammar.pattern);

/** Returns the names in an entry. */
export const namesIn = (entry: string): string[] => entry.split(/[|+]/);

/** Returns the entries that an environment does not satisfy, in words. */
export const missingOf = (
  entries: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): string[] =>
  entries
    .filter(entry => !entry.split("|").some(alternative => alternative.split("+").every(name => env[name])))
    .map(entry => entry.replaceAll("|", " or ").replaceAll("+", " and "));
