import { PersisterError } from "../persister/errors.ts";
import { streamerNameCharsMax } from "../persister/limits.ts";

const form = new RegExp(`^[a-z0-9][a-z0-9_-]{0,${streamerNameCharsMax - 1}}$`);

/** The streamer that the URL names. Throws `bad-streamer-name`. */
export function streamerName(name: string): string {
  if (form.test(name)) return name;
  throw new PersisterError(
    "bad-streamer-name",
    `A streamer's name is 1 to ${streamerNameCharsMax} lower-case letters, digits, _ and -, and begins with a letter or a digit.`,
  );
}
