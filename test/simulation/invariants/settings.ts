import type { Process } from "../process.ts";
import type { Answered } from "../sent.ts";
import type { Written } from "../world/table.ts";
import { Violation } from "./violation.ts";

/** Settings without `expectedEvery`. */
const none = "";

/** Checks streamers' settings: I2, I4, I5 and I6, as if their versions were revisions. */
export class SettingsVersions {
  /** By streamer, `expectedEvery` of each version from 1 on. */
  #versions = new Map<string, readonly string[]>();

  /** Copies all knowledge, to restore it with the table. */
  copy(): () => void {
    const copied = new Map(this.#versions);
    return () => {
      this.#versions = copied;
    };
  }

  versionOf(streamer: string): number {
    return this.#versions.get(streamer)?.length ?? 0;
  }

  /** Called when a process has written a streamer's settings. */
  written(streamer: string, { after }: Written, process: Process): void {
    const versions = this.#versions.get(streamer) ?? [];
    const version = Number(after?.fence?.N);
    if (version !== versions.length + 1)
      throw new Violation("I5", `settings of version ${version} replace those of ${versions.length}`);
    if (process.sent.match !== version - 1)
      throw new Violation("I4", `settings ${version} are based on ${process.sent.match}`);
    this.#versions.set(streamer, [...versions, after?.expectedEvery?.S ?? none]);
    process.hasChanged = true;
  }

  /** Called when a process answers a request for settings. */
  check({ sent, hasChanged, settingsBefore }: Process, { status, headers, text }: Answered): void {
    const { expectedEvery = none, code } = JSON.parse(text) as { expectedEvery?: string; code?: string };
    if (code === "internal") throw new Violation("I6", "an internal error");
    const version = Number(/^"(\d+)"$/.exec(headers.etag ?? "")?.[1]);
    if (status !== 200) {
      const isUnknown = status >= 500;
      if (hasChanged && !isUnknown) throw new Violation("I6", `settings that are set are answered ${code}`);
      return;
    }
    if (version < settingsBefore)
      throw new Violation("I6", `settings ${version} are answered, and ${settingsBefore} were set before`);
    const stored = version === 0 ? none : this.#versions.get(sent.streamer)?.[version - 1];
    if (stored !== expectedEvery)
      throw new Violation("I2", `settings ${version} are answered as ${expectedEvery}, and are ${stored}`);
    if (sent.bytes !== undefined && !hasChanged)
      throw new Violation("I6", "settings that nobody has set are answered 200");
  }
}
