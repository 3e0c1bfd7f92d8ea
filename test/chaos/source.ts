const rowsMax = 2_000;

/** The row that a source's n-th change is about: each comes again and again. */
export const idOf = (position: number) => (position * 7919) % rowsMax;
