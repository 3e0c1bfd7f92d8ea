import { createHash } from "node:crypto";
import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { HTTPError } from "ky";
import * as z from "zod/mini";
import { retryingClient } from "./retrying-client.ts";
import { ConfigError, type Run } from "./streamer.ts";

/** Stores a credential that each use renews. */
export interface CredentialStore {
  /** Where a person sets it, for messages. */
  readonly place: string;
  /** Whether another run may write to it at the same time. */
  readonly isShared: boolean;
  read(): Promise<string>;
  /** Stores `value` durably. Rejects with NotStored. */
  write(value: string): Promise<void>;
}

/** A renewed credential could not be stored, and the previous one is no longer valid. */
class NotStored extends Error {
  override readonly name = "NotStored";
}

/** Where the environment says that a renewed credential is stored. */
interface Places {
  /** The credential server of a scheduled run: docs/building-a-streamer.md, "Scheduling". */
  readonly url: string | undefined;
  readonly file: string | undefined;
  /** The variable that names the file. */
  readonly fileVariable: string;
}

/**
 * Opens the store for the credential `name`, whose value in the environment is `given`. Throws ConfigError
 * for an unusable file.
 */
export function openCredentialStore(name: string, given: string, places: Places, run: Run): CredentialStore {
  const { url, file, fileVariable } = places;
  if (url !== undefined) return secretStore(url, name, run);
  if (file !== undefined) return fileStore(resolve(file), name, given);
  return memoryStore(name, given, () => {
    run.log(
      `warning: ${name} was renewed: the one that you set is no longer valid, and the new one is not stored`,
    );
    run.log(`warning: before the next run, set ${fileVariable} to a file, and ${name} to a new one`);
  });
}

function memoryStore(name: string, given: string, warn: () => void): CredentialStore {
  let current = given;
  return {
    place: name,
    isShared: false,
    read: async () => current,
    async write(value) {
      if (current === given) warn();
      current = value;
    },
  };
}

const texts = z.record(z.string(), z.string());
const digestOf = (value: string) => createHash("sha256").update(value).digest("hex");

/**
 * Keeps the credential in a file that only its owner can read, with the digest of the environment's value,
 * which shows whether a person has set the variable again since.
 */
function fileStore(file: string, name: string, given: string): CredentialStore {
  const givenSha256 = digestOf(given);
  const read = () => {
    const held = readContents(file);
    return (held.givenSha256 === givenSha256 ? held[name] : undefined) ?? given;
  };
  checkWritable(file);
  read();
  return {
    place: name,
    isShared: true,
    read: async () => read(),
    write: value =>
      replace(file, `${JSON.stringify({ [name]: value, givenSha256 })}\n`).catch((error: Error) => {
        throw notStored(name, file, error.message);
      }),
  };
}

function checkWritable(file: string): void {
  try {
    accessSync(dirname(file), constants.W_OK);
  } catch (error) {
    throw new ConfigError(`${file} can't be written: ${(error as Error).message}`);
  }
}

const others = 0o077;

function readContents(file: string): Readonly<Record<string, string>> {
  const text = readText(file);
  if (text.trim() === "") return {};
  if (process.platform !== "win32" && (statSync(file).mode & others) !== 0)
    throw new ConfigError(`${file} holds a credential, and others can read it: chmod 600 ${file}`);
  try {
    return z.parse(texts, JSON.parse(text));
  } catch {
    throw new ConfigError(`${file} does not hold what a streamer stored: name another file`);
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw new ConfigError(`${file} can't be read: ${(error as Error).message}`);
  }
}

const ownerOnly = 0o600;

/** Replaces a file atomically: writes another file, syncs it and renames it. */
async function replace(file: string, text: string): Promise<void> {
  const next = `${file}.${process.pid}`;
  await rm(next, { force: true });
  const handle = await open(next, "wx", ownerOnly);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(next, file);
  if (process.platform === "win32") return;
  const directory = await open(dirname(file));
  await directory.sync().finally(() => directory.close());
}

/** Keeps the credential in a scheduled run's secret, through its function's credential server. */
function secretStore(url: string, name: string, run: Run): CredentialStore {
  const http = retryingClient(run);
  const place = `${name} in the streamer's secret`;
  return {
    place,
    isShared: true,
    async read() {
      const { [name]: value } = z.parse(texts, await http.get(url).json().catch(rejectWithText));
      if (value === undefined) throw new ConfigError(`The streamer's secret has no ${name} any more`);
      return value;
    },
    async write(value) {
      await http
        .put(url, { json: { [name]: value } })
        .catch(rejectWithText)
        .catch((error: Error) => {
          throw notStored(name, "the streamer's secret", error.message);
        });
    },
  };
}

/** Rejects with the server's message, without its address. */
async function rejectWithText(error: Error): Promise<never> {
  throw error instanceof HTTPError ? new Error(await error.response.text()) : error;
}

const notStored = (name: string, place: string, reason: string) =>
  new NotStored(
    `${name} was renewed, and the new one can't be stored in ${place}: ${reason}
The previous one is no longer valid: make ${place} writable, and set ${name} to a new one`,
  );
