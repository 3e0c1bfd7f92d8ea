const messageCharsMax = 1_000;
const nestingMax = 8;
/** Members that only wrap the message; any other member's name is part of it. */
const wrappers = new Set(["message", "error", "errors", "reason"]);

/**
 * Returns the server's own words in an answer's body, which may be JSON of several shapes, text, HTML or
 * nothing (import-api.md sections 1.3 and 1.5). At most 1,000 UTF-16 units, without `secret`; empty if there
 * are none.
 */
export function messageOf(body: string, secret: string): string {
  return cut(redact(withoutControls(readableText(body)), secret));
}

/** Returns a text for use in a message: without `secret`, cut to 1,000 UTF-16 units. */
export function fitForMessage(text: string, secret: string): string {
  return cut(redact(withoutControls(text), secret));
}

function readableText(body: string): string {
  const text = body.trim();
  const parsed = parse(text);
  if (parsed !== undefined) return fromJson(parsed) || text;
  return /<[a-z!/]/i.test(text) ? withoutTags(text) : text;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Not JSON: the caller reads it as text.
    return undefined;
  }
}

function fromJson(value: unknown): string {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return [...phrases(value, 0)].join("; ");
  const { message, error, errors } = value as Record<string, unknown>;
  return [...new Set(phrases([message, error, errors], 0))].join("; ");
}

function* phrases(value: unknown, depth: number): Generator<string> {
  if (typeof value === "string" && value.trim() !== "") yield value.trim();
  if (typeof value === "number" || typeof value === "boolean") yield String(value);
  if (typeof value !== "object" || value === null || depth > nestingMax) return;
  for (const [name, member] of Object.entries(value)) {
    const isNamed = !Array.isArray(value) && !wrappers.has(name);
    for (const phrase of phrases(member, depth + 1)) yield isNamed ? `${name}: ${phrase}` : phrase;
  }
}

/** Every expression here runs in linear time, as the page is untrusted. */
function withoutTags(html: string): string {
  const parts = html
    .split(/<\/(?:script|style)\s*>/i)
    .map(part => part.replace(/<(?:script|style)\b[\s\S]*$/i, " "));
  return parts
    .join(" ")
    .replace(/<[^<>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}

const withoutControls = (text: string) =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "");

const redact = (text: string, secret: string) => (secret === "" ? text : text.replaceAll(secret, "[token]"));

/** Cuts after a whole character. */
const cut = (text: string) => text.slice(0, messageCharsMax).replace(/[\ud800-\udbff]$/, "");
