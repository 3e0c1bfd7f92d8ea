import type { Settings } from "../persister/entries.ts";
import type { HttpRequest } from "./http-message.ts";
import { receiveJson } from "./json-body.ts";
import { settingsSchema } from "./settings-schema.ts";

const names = { code: "bad-settings", body: "Settings", member: "a setting" } as const;

/**
 * Returns the settings in a request's body. Throws `unsupported-encoding`, `unsupported-type` or
 * `bad-settings`, which names the setting.
 */
export function receiveSettings(request: HttpRequest): Settings {
  const { expectedEvery } = receiveJson(request, settingsSchema, names);
  return expectedEvery === undefined ? {} : { expectedEvery };
}
