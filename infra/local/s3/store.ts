import { createHash, randomUUID } from "node:crypto";
import { link, mkdir, open, readdir, readFile, rename, rm, stat, unlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { S3Error } from "./body.ts";

/** Facts that are stored about an object next to its bytes. */
export interface ObjectFacts {
  readonly key: string;
  readonly size: number;
  /** MD5 in hexadecimal, with quotes around it. */
  readonly etag: string;
  /** ms since the epoch. */
  readonly modified: number;
  /** Headers that are returned unchanged: Content-Type, Content-Encoding, x-amz-meta-… */
  readonly headers: Readonly<Record<string, string>>;
}

/** An object to write. */
export interface NewObject {
  readonly bytes: Uint8Array;
  readonly headers?: Record<string, string>;
  /** Refuses to replace an object. */
  readonly onlyNew?: boolean;
}

/**
 * Stores objects as plain files, `<dir>/<bucket>/<key>`, so that a person finds them, and their facts in
 * `.facts`. An object exists if its bytes do: facts are written before the bytes and removed after them, so
 * a killed process leaves no object without facts.
 */
export class ObjectStore {
  readonly #dir: string;
  /** The last write of each key: writes of one key follow each other. */
  readonly #writes = new Map<string, Promise<unknown>>();

  constructor(dir: string) {
    this.#dir = resolve(dir);
  }

  put(bucket: string, key: string, object: NewObject): Promise<ObjectFacts> {
    const name = `${bucket}/${key}`;
    const written = (this.#writes.get(name) ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => this.#write(bucket, key, object));
    this.#writes.set(name, written);
    return written.finally(() => {
      if (this.#writes.get(name) === written) this.#writes.delete(name);
    });
  }

  async #write(bucket: string, key: string, { bytes, headers = {}, onlyNew = false }: NewObject) {
    const path = this.pathOf(bucket, key);
    // Checked before the facts of an existing object are overwritten.
    const found = await orUndefined(stat(path));
    if (found?.isDirectory()) throw inTheWay();
    if (found !== undefined && onlyNew) throw exists();
    const etag = `"${createHash("md5").update(bytes).digest("hex")}"`;
    const facts = { key, size: bytes.length, etag, modified: Date.now(), headers };
    await this.#place(this.#factsPath(bucket, key), Buffer.from(JSON.stringify(facts)), false);
    await this.#place(path, bytes, onlyNew);
    return facts;
  }

  /** Writes a file atomically and durably: another file, fsync, then its name. */
  async #place(path: string, bytes: Uint8Array, onlyNew: boolean): Promise<void> {
    await mkdir(join(this.#dir, ".incoming"), { recursive: true });
    const incoming = join(this.#dir, ".incoming", randomUUID());
    await writeDurably(incoming, bytes);
    try {
      await makeDirectory(dirname(path));
      if (onlyNew) await link(incoming, path);
      else await rename(incoming, path);
    } catch (error) {
      throw (error as NodeJS.ErrnoException).code === "EEXIST" ? exists() : error;
    } finally {
      await rm(incoming, { force: true });
    }
    await syncDirectory(dirname(path));
  }

  async facts(bucket: string, key: string): Promise<ObjectFacts | undefined> {
    const text = await orUndefined(readFile(this.#factsPath(bucket, key), "utf8"));
    if (text === undefined || !(await this.#isThere(bucket, key))) return undefined;
    return JSON.parse(text) as ObjectFacts;
  }

  async #isThere(bucket: string, key: string): Promise<boolean> {
    return (await orUndefined(stat(this.pathOf(bucket, key))))?.isFile() ?? false;
  }

  read(bucket: string, key: string): Promise<Buffer | undefined> {
    return orUndefined(readFile(this.pathOf(bucket, key)));
  }

  async remove(bucket: string, key: string): Promise<void> {
    await orUndefined(unlink(this.pathOf(bucket, key)));
    await orUndefined(unlink(this.#factsPath(bucket, key)));
  }

  /** Resolves to all objects of a bucket, sorted by their keys' UTF-8 as in S3. */
  async list(bucket: string, prefix: string): Promise<ObjectFacts[]> {
    const dir = join(this.#dir, ".facts", encodeSegment(bucket));
    const entries = (await orUndefined(readdir(dir, { recursive: true, withFileTypes: true }))) ?? [];
    const files = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name));
    const all: ObjectFacts[] = [];
    // One after the other, because the system limits open files.
    for (const file of files) {
      const text = await orUndefined(readFile(file, "utf8"));
      if (text === undefined) continue;
      const facts = JSON.parse(text) as ObjectFacts;
      if (facts.key.startsWith(prefix) && (await this.#isThere(bucket, facts.key))) all.push(facts);
    }
    return all.sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  }

  /** Returns the path of an object's bytes. */
  pathOf(bucket: string, key: string): string {
    return join(this.#dir, encodeSegment(bucket), ...key.split("/").map(encodeSegment));
  }

  #factsPath(bucket: string, key: string): string {
    return join(this.#dir, ".facts", encodeSegment(bucket), ...key.split("/").map(encodeSegment));
  }
}

const segmentCharsMax = 200;

/** Encodes a part of a key as a file's name, which never leads to another folder. */
function encodeSegment(segment: string): string {
  const name = encodeURIComponent(segment).replace(/^\.+$/, dots => dots.replaceAll(".", "%2E"));
  if (name === "") return "%";
  return name.length <= segmentCharsMax ? name : `%${createHash("sha256").update(segment).digest("hex")}`;
}

const exists = () =>
  new S3Error(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");

/** Keys may be prefixes of one another in S3, but a file can't be a folder. */
const inTheWay = () =>
  new S3Error(
    409,
    "InvalidRequest",
    "This embedded S3 keeps keys as files: none can be another one's folder, too.",
  );

/** Creates a directory durably, with those above it. */
async function makeDirectory(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true }).catch(error => {
    const { code } = error as NodeJS.ErrnoException;
    throw code === "EEXIST" || code === "ENOTDIR" ? inTheWay() : error;
  });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) await syncDirectory(dirname(made));
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Resolves to undefined if the file does not exist. */
async function orUndefined<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") return undefined;
    throw error;
  }
}
