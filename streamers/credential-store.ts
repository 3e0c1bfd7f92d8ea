import { createHash } from "node:crypto";
import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { HTTPError } from "ky";
import * as z from "zod/mini";
import { patient } from "./retrying-client.ts";
import { type Run, Unsettled } from "./streamer.ts";

/** Where a credential is kept that each use renews. */
export interface CredentialStore {
  /** Where a person sets it, in words. */
  readonly place: string;
  /** True where another run may write to it meanwhile. */
  readonly isShared: boolean;
  read(): Promise<string>;
  /** Resolves once the next run will read `value`. Rejects with NotStored. */
  write(value: string): Promise<void>;
}

/** A credential was renewed, and the new one is lost: its old one is dead. */
class NotStored extends Error {
  override readonly name = "NotStored";
}

/** What a run's environment says about where a renewed credential is kept. */
interface Places {
  /** An address that a scheduled run's function gives: docs/building-a-streamer.md, "Scheduling". */
  readonly url: string | undefined;
  readonly file: string | undefined;
  /** The variable that names the file. */
  readonly fileVariable: string;
}

/**
 * The store for the credential `name`, which the environment has as `given`. Throws Unsettled for a file that
 * can't be one.
 */
export function storeFor(name: string, given: string, places: Places, run: Run): CredentialStore {
  const { url, file, fileVariable } = places;
  if (url !== undefined) return secretStore(url, name, run);
  if (file !== undefined) return fileStore(resolve(file), name, given);
  return memoryStore(name, given, () => {
    run.log(`warning: ${name} was renewed: the one that you set is dead, and the new one is kept nowhere`);
    run.log(`warning: before the next run set ${fileVariable} to a file, and ${name} to a new one`);
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
 * A file that only its owner can read: the credential's newest value, and the digest of the variable's, which
 * shows whether a person has set the variable again since.
 */
function fileStore(file: string, name: string, given: string): CredentialStore {
  const givenSha256 = digestOf(given);
  const read = () => {
    const held = contents(file);
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
    throw new Unsettled(`${file} can't be written: ${(error as Error).message}`);
  }
}

const others = 0o077;

function contents(file: string): Readonly<Record<string, string>> {
  const text = textIn(file);
  if (text.trim() === "") return {};
  if (process.platform !== "win32" && (statSync(file).mode & others) !== 0)
    throw new Unsettled(`${file} holds a credential, and others can read it: chmod 600 ${file}`);
  try {
    return z.parse(texts, JSON.parse(text));
  } catch {
    throw new Unsettled(`${file} does not hold what a streamer stored: name another file`);
  }
}

function textIn(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw new Unsettled(`${file} can't be read: ${(error as Error).message}`);
  }
}

const ownerOnly = 0o600;

/** Whole or not at all, whenever it is cut off: written to another file, to the disk, and then renamed. */
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

/** The secret of a scheduled run, by the function that may write to it. */
function secretStore(url: string, name: string, run: Run): CredentialStore {
  const http = patient(run);
  const place = `${name} in the streamer's secret`;
  return {
    place,
    isShared: true,
    async read() {
      const { [name]: value } = z.parse(texts, await http.get(url).json().catch(asWords));
      if (value === undefined) throw new Unsettled(`The streamer's secret has no ${name} any more`);
      return value;
    },
    async write(value) {
      await http
        .put(url, { json: { [name]: value } })
        .catch(asWords)
        .catch((error: Error) => {
          throw notStored(name, "the streamer's secret", error.message);
        });
    },
  };
}

/** What the function says, without the address. */
async function asWords(error: Error): Promise<never> {
  throw error instanceof HTTPError ? new Error(await error.response.text()) : error;
}

const notStored = (name: string, place: string, reason: string) =>
  new NotStored(
    `${name} was renewed, and the new one can't be stored in ${place}: ${reason}
The one before it is dead: make ${place} writable, and set ${name} to a new one`,
  );
