import type * as z from "zod/mini";
import { type ErrorCode, PersisterError } from "../persister/errors.ts";
import { mediaTypes } from "./conversion.ts";
import type { HttpRequest } from "./http-message.ts";

/** How errors name a body and its members. */
interface Names {
  /** The code of the error for a body that its schema refuses. */
  readonly code: ErrorCode;
  /** A plural: `Settings`. */
  readonly body: string;
  /** A singular with its article: `a setting`. */
  readonly member: string;
}

const nameCharsMax = 64;

/**
 * Returns the JSON object in a request's body. Throws `unsupported-encoding`, `unsupported-type`, or an error
 * with the code in `names`, which names the member.
 */
export function receiveJson<T extends z.ZodMiniObject>(
  { headers, body }: HttpRequest,
  schema: T,
  { code, body: what, member }: Names,
): z.infer<T> {
  if (headers.has("content-encoding")) {
    throw new PersisterError("unsupported-encoding", `${what} cannot have a Content-Encoding.`, {
      hint: `Send the ${what.toLowerCase()} uncompressed, without \`Content-Encoding\`.`,
    });
  }
  const [type = ""] = (headers.get("content-type") ?? "").split(";");
  if (type.trim().toLowerCase() !== mediaTypes.json)
    throw new PersisterError("unsupported-type", `The Content-Type is not ${mediaTypes.json}.`);
  const parsed = schema.safeParse(jsonOf(body));
  if (parsed.success) return parsed.data;
  const names = Object.keys(schema.shape).map(name => `\`${name}\``);
  throw new PersisterError(code, faultOf(parsed.error.issues[0]!, member, names));
}

interface Issue {
  readonly code?: string;
  /** A type of JSON, if the code is `invalid_type`. */
  readonly expected?: string;
  readonly path: PropertyKey[];
  readonly message: string;
}

function faultOf(issue: Issue, member: string, names: readonly string[]): string {
  if (issue.code === "unrecognized_keys") {
    const [name = ""] = (issue as unknown as { readonly keys: readonly string[] }).keys;
    return `\`${name.slice(0, nameCharsMax)}\` is not ${member}; there is ${names.join(", ")}.`;
  }
  if (issue.path.length === 0) return "The body is not a JSON object.";
  const expected = issue.code === "invalid_type" ? kindOf(issue.expected) : issue.message;
  return `\`${issue.path.join(".")}\` must be ${expected}.`;
}

const kindOf = (type = "string") => (/^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`);

/** Returns undefined for invalid JSON, which the schema refuses. */
function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}
