/** What a caller wants to be so: RFC 9110 section 13.1, on revisions. `*` is any there is. */
export interface Precondition {
  readonly match?: RevisionSet;
  readonly noneMatch?: RevisionSet;
}
export type RevisionSet = "*" | readonly number[];

/** Whether it holds for a streamer at `revision`; at 0 nothing is there yet, and its tag is "0" all the same. */
export function holds({ match, noneMatch }: Precondition, revision: number): boolean {
  return (
    (match === undefined || includes(match, revision)) &&
    (noneMatch === undefined || !includes(noneMatch, revision))
  );
}

const includes = (set: RevisionSet, revision: number) =>
  set === "*" ? revision > 0 : set.includes(revision);
