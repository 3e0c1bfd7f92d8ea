import type { Settings } from "../persister/entries.ts";
import { PersisterError } from "../persister/errors.ts";
import { mediaTypes } from "./conversion.ts";
import type { HttpRequest } from "./http-message.ts";
import { settingsSchema } from "./schemas.ts";

/**
 * Returns the settings in a request's body. Throws `unsupported-encoding`, `unsupported-type` or
 * `bad-settings`, which names the setting.
 */
export function receiveSettings({ headers, body }: HttpRequest): Settings {
  if (headers.has("content-encoding")) {
    throw new PersisterError("unsupported-encoding", "Settings cannot have a Content-Encoding.", {
      hint: "Send the settings uncompressed, without `Content-Encoding`.",
    });
  }
  const [type = ""] = (headers.get("content-type") ?? "").split(";");
  if (type.trim().toLowerCase() !== mediaTypes.json)
    throw new PersisterError("unsupported-type", `The Content-Type is not ${mediaTypes.json}.`);
  const parsed = settingsSchema.safeParse(jsonOf(body));
  if (!parsed.success) throw new PersisterError("bad-settings", faultOf(parsed.error.issues[0]!));
  const { expectedEvery } = parsed.data;
  return expectedEvery === undefined ? {} : { expectedEvery };
}

const names = Object.keys(settingsSchema.shape).map(name => `\`${name}\``);
const nameCharsMax = 64;

function faultOf(issue: { readonly code?: string; readonly path: PropertyKey[]; readonly message: string }) {
  if (issue.code === "unrecognized_keys") {
    const [name = ""] = (issue as unknown as { readonly keys: readonly string[] }).keys;
    return `\`${name.slice(0, nameCharsMax)}\` is not a setting; there is ${names.join(", ")}.`;
  }
  if (issue.path.length === 0) return "The body is not a JSON object.";
  const expected = issue.code === "custom" ? issue.message : "a string";
  return `\`${issue.path.join(".")}\` must be ${expected}.`;
}

/** Returns undefined for invalid JSON, which the schema refuses. */
function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}
