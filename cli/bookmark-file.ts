import { randomUUID } from "node:crypto";
import {
  access,
  constants,
  type FileHandle,
  open,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  stat,
} from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { bookmarkBytesMax } from "../functions/persister/limits.ts";
import { faultOfBookmark } from "./bookmark-value.ts";
import { CliError, exits, usageError } from "./cli-error.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** A file that a run keeps its bookmark in. */
export interface BookmarkFile {
  readonly path: string;
  /** The bookmark that was last read or written; undefined if there is no file. */
  readonly text: string | undefined;
  /**
   * Replaces the bookmark atomically, even if the process or the machine dies. Rejects with CliError, and
   * replaces nothing, if another run has changed the file since.
   */
  replace(text: string): Promise<void>;
}

/**
 * Opens a bookmark file. Rejects with CliError if it exists without a bookmark in it or can't be replaced.
 */
export async function openBookmarkFile(path: string): Promise<BookmarkFile> {
  const target = await targetOf(path).catch((error: unknown) => fail(path, error));
  const text = await readBookmark(path);
  await access(dirname(target), constants.W_OK).catch((error: unknown) =>
    fail(dirname(target), error, "written to"),
  );
  if (text !== undefined)
    await access(target, constants.W_OK).catch((error: unknown) => fail(path, error, "written to"));
  return new ReplacedFile(path, target, text);
}

/**
 * Resolves to the bookmark in a file, or to undefined without a file. Rejects with CliError for any other
 * file.
 */
export async function readBookmark(path: string): Promise<string | undefined> {
  const text = await readText(path).catch((error: unknown) => fail(path, error));
  if (text === undefined) return undefined;
  if (text === "")
    throw usageError(`${path} is empty, which is not a bookmark: delete it to start from the beginning.`);
  const fault = faultOfBookmark(text);
  if (fault === undefined) return text;
  throw usageError(`${path} does not hold a bookmark: ${fault}.`);
}

/**
 * Rejects with CliError if a file was replaced after `start`, ms since the epoch: the streamer in front of
 * our pipe may have read the old bookmark, and we the new one.
 */
export async function assertUnchangedSince(path: string, start: number): Promise<void> {
  const found = await stat(path).catch(unlessMissing);
  if (found !== undefined && found.mtimeMs > start)
    throw new CliError(
      `${path} was replaced while this run began, so nothing is sent. Run it again.`,
      exits.unavailable,
    );
}

class ReplacedFile implements BookmarkFile {
  readonly path: string;
  readonly #target: string;
  #text: string | undefined;

  constructor(path: string, target: string, text: string | undefined) {
    this.path = path;
    this.#target = target;
    this.#text = text;
  }

  get text(): string | undefined {
    return this.#text;
  }

  async replace(text: string): Promise<void> {
    const current = await readText(this.#target).catch((error: unknown) => this.#refuse(error));
    if (current !== text && current !== this.#text)
      throw new CliError(
        `Another run has changed ${this.path}, so it is left as it is. Run this again.`,
        exits.unavailable,
      );
    if (current !== text)
      await replaceFile(this.#target, `${text}\n`).catch((error: unknown) => this.#refuse(error));
    this.#text = text;
  }

  #refuse(error: unknown): never {
    if (error instanceof CliError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new CliError(
      `${this.path} can't be replaced: ${code}. It holds an older bookmark than the one that is committed.`,
      exits.failed,
    );
  }
}

/**
 * Replaces a file by a rename, so that a reader sees the old or the new contents, even after a power failure.
 * Keeps the file's mode and, where permitted, its owner.
 */
async function replaceFile(target: string, text: string): Promise<void> {
  const next = join(dirname(target), `.${basename(target)}.${randomUUID()}`);
  const file = await open(next, "wx");
  try {
    try {
      await file.writeFile(text);
      await takeOver(file, target);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(next, target);
  } catch (error) {
    await rm(next, { force: true });
    throw error;
  }
  await syncDirectory(dirname(target));
}

/** Copies the mode and the owner of the file that is about to be replaced. */
async function takeOver(file: FileHandle, target: string): Promise<void> {
  const old = await stat(target).catch(unlessMissing);
  if (old === undefined) return;
  const made = await file.stat();
  if (old.uid !== made.uid || old.gid !== made.gid)
    await file.chown(old.uid, old.gid).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EPERM") throw error;
    });
  await file.chmod(old.mode & 0o7777);
}

/** A rename is durable once its directory is synced; Windows can't open directories. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const dir = await open(path);
  try {
    await dir.sync();
  } finally {
    await dir.close();
  }
}

/** Resolves symbolic links, even to a file that doesn't exist yet: a rename would replace the link. */
async function targetOf(path: string): Promise<string> {
  const found = await realpath(path).catch(unlessMissing);
  if (found !== undefined) return found;
  const link = await readlink(path).catch(unlessMissing);
  if (link !== undefined) return targetOf(resolve(dirname(path), link));
  return join(await realpath(dirname(path)), basename(path));
}

/** Resolves to a file's text, trimmed and on one line; undefined if there is no file. */
async function readText(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(unlessMissing);
  if (found === undefined) return undefined;
  if (!found.isFile()) throw usageError(`${path} is not a file.`);
  if (found.size > 2 * bookmarkBytesMax)
    throw usageError(`${path} is larger than any bookmark: ${found.size} bytes.`);
  try {
    // In JSON, line ends occur only between tokens.
    return utf8
      .decode(await readFile(path))
      .trim()
      .replace(/[\r\n]/g, " ");
  } catch (error) {
    if (error instanceof TypeError) throw usageError(`${path} does not hold a bookmark: it is not UTF-8.`);
    throw error;
  }
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
  return undefined;
}

function fail(path: string, error: unknown, what = "read"): never {
  if (error instanceof CliError) throw error;
  throw usageError(`${path} can't be ${what}: ${(error as NodeJS.ErrnoException).code}.`);
}
