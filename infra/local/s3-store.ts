import { createHash, randomUUID } from "node:crypto";
import { link, mkdir, open, readdir, readFile, rename, rm, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";

/** What is kept of an object beside its bytes. */
export interface ObjectFacts {
  readonly key: string;
  readonly size: number;
  /** MD5 in hexadecimal, with quotes around it. */
  readonly etag: string;
  /** ms since the epoch. */
  readonly modified: number;
  /** Headers that are given back as they came: Content-Type, Content-Encoding, x-amz-meta-… */
  readonly headers: Readonly<Record<string, string>>;
}

/** Thrown where `If-None-Match: *` finds an object. */
export class Exists extends Error {}

/** Objects as plain files, `<dir>/<bucket>/<key>`, so that a person finds them; facts beside them in `.facts`. */
export class ObjectStore {
  readonly #dir: string;
  /** The last write of each key: writes of one key follow each other. */
  readonly #writes = new Map<string, Promise<unknown>>();

  constructor(dir: string) {
    this.#dir = dir;
  }

  put(
    bucket: string,
    key: string,
    bytes: Uint8Array,
    headers: Record<string, string>,
    onlyNew: boolean,
  ): Promise<ObjectFacts> {
    const name = `${bucket}/${key}`;
    const written = (this.#writes.get(name) ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => this.#write(bucket, key, bytes, headers, onlyNew));
    this.#writes.set(name, written);
    return written.finally(() => {
      if (this.#writes.get(name) === written) this.#writes.delete(name);
    });
  }

  async #write(
    bucket: string,
    key: string,
    bytes: Uint8Array,
    headers: Record<string, string>,
    onlyNew: boolean,
  ) {
    const etag = `"${createHash("md5").update(bytes).digest("hex")}"`;
    const facts = { key, size: bytes.length, etag, modified: Date.now(), headers };
    await this.#place(this.#path(bucket, key), bytes, onlyNew);
    await this.#place(this.#factsPath(bucket, key), Buffer.from(JSON.stringify(facts)), false);
    return facts;
  }

  /** Durable before it resolves, and whole or not there at all: a file of its own, fsync, then its name. */
  async #place(path: string, bytes: Uint8Array, onlyNew: boolean): Promise<void> {
    await mkdir(join(this.#dir, ".incoming"), { recursive: true });
    const incoming = join(this.#dir, ".incoming", randomUUID());
    await writeDurably(incoming, bytes);
    await mkdir(dirname(path), { recursive: true });
    try {
      if (onlyNew) await link(incoming, path);
      else await rename(incoming, path);
    } catch (error) {
      throw (error as NodeJS.ErrnoException).code === "EEXIST" ? new Exists() : error;
    } finally {
      await rm(incoming, { force: true });
    }
    await syncDirectory(dirname(path));
  }

  async facts(bucket: string, key: string): Promise<ObjectFacts | undefined> {
    const text = await orUndefined(readFile(this.#factsPath(bucket, key), "utf8"));
    return text === undefined ? this.#factsOfLoneFile(bucket, key) : (JSON.parse(text) as ObjectFacts);
  }

  /** A process that was killed between the two writes leaves bytes without facts. */
  async #factsOfLoneFile(bucket: string, key: string): Promise<ObjectFacts | undefined> {
    const bytes = await this.read(bucket, key);
    if (bytes === undefined) return undefined;
    const etag = `"${createHash("md5").update(bytes).digest("hex")}"`;
    return { key, size: bytes.length, etag, modified: Date.now(), headers: {} };
  }

  read(bucket: string, key: string): Promise<Buffer | undefined> {
    return orUndefined(readFile(this.#path(bucket, key)));
  }

  async remove(bucket: string, key: string): Promise<void> {
    await orUndefined(unlink(this.#factsPath(bucket, key)));
    await orUndefined(unlink(this.#path(bucket, key)));
  }

  /** All objects of a bucket, ordered by their keys' UTF-8 as S3 does. */
  async list(bucket: string, prefix: string): Promise<ObjectFacts[]> {
    const dir = join(this.#dir, ".facts", encodeSegment(bucket));
    const entries = (await orUndefined(readdir(dir, { recursive: true, withFileTypes: true }))) ?? [];
    const files = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name));
    const all = await Promise.all(
      files.map(async file => JSON.parse(await readFile(file, "utf8")) as ObjectFacts),
    );
    return all
      .filter(({ key }) => key.startsWith(prefix))
      .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  }

  #path(bucket: string, key: string): string {
    return join(this.#dir, encodeSegment(bucket), ...key.split("/").map(encodeSegment));
  }

  #factsPath(bucket: string, key: string): string {
    return join(this.#dir, ".facts", encodeSegment(bucket), ...key.split("/").map(encodeSegment));
  }
}

const segmentCharsMax = 200;

/** A part of a key as a file's name: itself where it is ordinary, and never one that leads elsewhere. */
function encodeSegment(segment: string): string {
  const name = encodeURIComponent(segment).replace(/^\.+$/, dots => dots.replaceAll(".", "%2E"));
  if (name === "") return "%";
  return name.length <= segmentCharsMax ? name : `%${createHash("sha256").update(segment).digest("hex")}`;
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

/** Undefined for a file that is not there. */
async function orUndefined<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") return undefined;
    throw error;
  }
}
