/**
 * Returned instead of an end for anything unexpected: the scan then reads the line and decides. No value ends
 * at the start of the body.
 */
export const miss = 0;
