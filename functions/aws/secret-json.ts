/** Returns undefined for invalid JSON: the parser's message would quote the secret. */
export function secretJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
