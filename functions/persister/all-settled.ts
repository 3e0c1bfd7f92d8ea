/**
 * Waits for all of `works`, so that none is in flight after the answer: Lambda freezes it then. Resolves to what
 * they resolve to, or rejects with the first failure in their order.
 */
export async function allSettled<T>(works: readonly (T | Promise<T>)[]): Promise<T[]> {
  const settled = await Promise.allSettled(works);
  return settled.map(each => {
    if (each.status === "rejected") throw each.reason;
    return each.value;
  });
}
