/**
 * Waits for all of `works`, so that none is in flight after the response, when Lambda freezes the function.
 * Resolves to their results, or rejects with the first failure in their order.
 */
export async function allSettled<const T extends readonly unknown[]>(
  works: T,
): Promise<{ -readonly [Index in keyof T]: Awaited<T[Index]> }> {
  const settled = await Promise.allSettled(works);
  const values = settled.map(each => {
    if (each.status === "rejected") throw each.reason;
    return each.value;
  });
  return values as { -readonly [Index in keyof T]: Awaited<T[Index]> };
}
