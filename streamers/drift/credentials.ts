import { openCredentialStore } from "../credential-store.ts";
import { ConfigError, type Run } from "../streamer.ts";
import type { Credentials } from "./client.ts";
import { type App, credentialsPage } from "./tokens.ts";

/** Variables from the first documentation of the format (2016), which used a password for Drift. */
export const retired: readonly string[] = ["DRIFT_REDIRECT_URI", "DRIFT_USERNAME", "DRIFT_PASSWORD"];

const ofApp = ["DRIFT_CLIENT_ID", "DRIFT_CLIENT_SECRET", "DRIFT_REFRESH_TOKEN"];

type Given = Readonly<Record<string, unknown>>;

/** Returns the credentials in an environment. Throws ConfigError for an incomplete one. */
export function credentialsOf(given: Given, run: Run): Credentials {
  const notes = warningsOn(given);
  const missing = ofApp.filter(name => given[name] === undefined);
  const { DRIFT_ACCESS_TOKEN: accessToken } = given;
  if (accessToken === undefined && missing.length > 0)
    throw new ConfigError([...notes, missingMessage(missing)].join("\n"));
  for (const note of notes) run.log(note);
  return accessToken === undefined ? appIn(given, run) : { accessToken: String(accessToken) };
}

function warningsOn(given: Given): string[] {
  const unused = retired.filter(name => given[name] !== undefined);
  return unused.length === 0
    ? []
    : [`Drift no longer accepts passwords, and nothing reads ${joinNames(unused)}`];
}

function missingMessage(missing: readonly string[]): string {
  const asWell = missing.length < ofApp.length ? " as well" : "";
  const names = `${joinNames(missing)}${asWell}`;
  return `Set DRIFT_ACCESS_TOKEN, or ${names}: ${credentialsPage} describes how to get them`;
}

const joinNames = (names: readonly string[]) => names.join(", ").replace(/, (\w+)$/, " and $1");

function appIn(given: Given, run: Run): App {
  const text = (name: string) => (given[name] === undefined ? undefined : String(given[name]));
  const fileVariable = "DRIFT_CREDENTIALS_FILE";
  const places = { url: text("CREDENTIALS_URL"), file: text(fileVariable), fileVariable };
  return {
    clientId: String(given.DRIFT_CLIENT_ID),
    clientSecret: String(given.DRIFT_CLIENT_SECRET),
    refreshToken: openCredentialStore("DRIFT_REFRESH_TOKEN", String(given.DRIFT_REFRESH_TOKEN), places, run),
  };
}
