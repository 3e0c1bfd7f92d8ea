/** A caller's requirement of the revision: RFC 9110 section 13.1. `*` matches any that exists. */
export interface Precondition {
  readonly match?: RevisionSet;
  readonly noneMatch?: RevisionSet;
}
export type RevisionSet = "*" | readonly number[];

/**
 * Returns whether the precondition holds at `revision`. Revision 0 means that nothing exists yet, but "0" is
 * a valid tag.
 */
export function holds({ match, noneMatch }: Precondition, revision: number): boolean {
  return (
    (match === undefined || includes(match, revision)) &&
    (noneMatch === undefined || !includes(noneMatch, revision))
  );
}

const includes = (set: RevisionSet, revision: number) =>
  set === "*" ? revision > 0 : set.includes(revision);
