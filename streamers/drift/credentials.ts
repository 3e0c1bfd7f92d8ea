import { storeFor } from "../credential-store.ts";
import { type Run, Unsettled } from "../streamer.ts";
import type { Credentials } from "./client.ts";
import { type App, credentialsPage } from "./tokens.ts";

/** Variables of the first documentation of the format, 2016, which ran Drift's streamer with a password. */
export const retired: readonly string[] = ["DRIFT_REDIRECT_URI", "DRIFT_USERNAME", "DRIFT_PASSWORD"];

const ofApp = ["DRIFT_CLIENT_ID", "DRIFT_CLIENT_SECRET", "DRIFT_REFRESH_TOKEN"];

/** Anything may be in an environment. */
type Given = Readonly<Record<string, unknown>>;

/** What an environment holds to read Drift with. Throws Unsettled for one that is not complete. */
export function credentialsOf(given: Given, run: Run): Credentials {
  const notes = notesOn(given);
  const missing = ofApp.filter(name => given[name] === undefined);
  const { DRIFT_ACCESS_TOKEN: accessToken } = given;
  if (accessToken === undefined && missing.length > 0)
    throw new Unsettled([...notes, wayOut(missing)].join("\n"));
  for (const note of notes) run.log(note);
  return accessToken === undefined ? appIn(given, run) : { accessToken: String(accessToken) };
}

function notesOn(given: Given): string[] {
  const unused = retired.filter(name => given[name] !== undefined);
  return unused.length === 0
    ? []
    : [`Drift accepts no password any more, and nothing reads ${inWords(unused)}`];
}

function wayOut(missing: readonly string[]): string {
  const asWell = missing.length < ofApp.length ? " as well" : "";
  return `Set DRIFT_ACCESS_TOKEN, or ${inWords(missing)}${asWell}: ${credentialsPage} describes how to get them`;
}

const inWords = (names: readonly string[]) => names.join(", ").replace(/, (\w+)$/, " and $1");

function appIn(given: Given, run: Run): App {
  const text = (name: string) => (given[name] === undefined ? undefined : String(given[name]));
  const fileVariable = "DRIFT_CREDENTIALS_FILE";
  const places = { url: text("CREDENTIALS_URL"), file: text(fileVariable), fileVariable };
  return {
    clientId: String(given.DRIFT_CLIENT_ID),
    clientSecret: String(given.DRIFT_CLIENT_SECRET),
    refreshToken: storeFor("DRIFT_REFRESH_TOKEN", String(given.DRIFT_REFRESH_TOKEN), places, run),
  };
}
