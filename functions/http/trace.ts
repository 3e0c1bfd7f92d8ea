/** The caller's `traceparent`, if it is one: www.w3.org/TR/trace-context section 3.2. */
export function traceparentOf(headers: Headers): string | undefined {
  const given = headers.get("traceparent") ?? "";
  return /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(given) ? given : undefined;
}
