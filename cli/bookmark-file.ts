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
import { CliError, exits, usage } from "./cli-error.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** A file that holds a bookmark, as a run keeps it. */
export interface BookmarkFile {
  readonly path: string;
  /** The bookmark as it was read, or replaced last; undefined where there is no file. */
  readonly text: string | undefined;
  /**
   * Puts a bookmark there, whole or not at all, whatever dies meanwhile. Rejects with CliError, nothing replaced,
   * where another run has changed the file since.
   */
  replace(text: string): Promise<void>;
}

/** Opens a bookmark's file. Rejects with CliError for one that is there and holds none, or can't be replaced. */
export async function openBookmarkFile(path: string): Promise<BookmarkFile> {
  const target = await targetOf(path).catch((error: unknown) => refuse(path, error));
  const text = await readBookmark(path);
  await access(dirname(target), constants.W_OK).catch((error: unknown) =>
    refuse(dirname(target), error, "written to"),
  );
  if (text !== undefined)
    await access(target, constants.W_OK).catch((error: unknown) => refuse(path, error, "written to"));
  return new ReplacedFile(path, target, text);
}

/** The bookmark in a file, or undefined where there is no file. Rejects with CliError for one that holds none. */
export async function readBookmark(path: string): Promise<string | undefined> {
  const text = await readText(path).catch((error: unknown) => refuse(path, error));
  if (text === undefined) return undefined;
  if (text === "")
    throw usage(`${path} is empty, which is not a bookmark: delete it to start from the beginning.`);
  const fault = faultOfBookmark(text);
  if (fault === undefined) return text;
  throw usage(`${path} does not hold a bookmark: ${fault}.`);
}

/**
 * Rejects with CliError for a file that was replaced after `start`, ms since the epoch. Whoever read it at the
 * beginning of our pipe may have seen the old one, and we the new one.
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
        `Another run has changed ${this.path} meanwhile, and it is left as it is. Run it again.`,
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
 * Replaces a file's contents by a rename, so that who opens it finds the old or the new ones, also after a
 * power failure. Keeps the file's mode and, where we may, its owner.
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

/** Gives a file the mode and the owner of the one whose place it takes. */
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

/** A rename is durable once its directory is; Windows opens none. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const dir = await open(path);
  try {
    await dir.sync();
  } finally {
    await dir.close();
  }
}

/**
 * The file itself, behind symbolic links, though it may not be there yet: a rename would replace the link.
 */
async function targetOf(path: string): Promise<string> {
  const found = await realpath(path).catch(unlessMissing);
  if (found !== undefined) return found;
  const link = await readlink(path).catch(unlessMissing);
  if (link !== undefined) return targetOf(resolve(dirname(path), link));
  return join(await realpath(dirname(path)), basename(path));
}

/** A file's text on one line, without the white space around it, or undefined where there is no file. */
async function readText(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(unlessMissing);
  if (found === undefined) return undefined;
  if (!found.isFile()) throw usage(`${path} is not a file.`);
  if (found.size > 2 * bookmarkBytesMax)
    throw usage(`${path} is larger than any bookmark: ${found.size} bytes.`);
  try {
    // In a JSON value line ends are between its tokens alone.
    return utf8
      .decode(await readFile(path))
      .trim()
      .replace(/[\r\n]/g, " ");
  } catch (error) {
    if (error instanceof TypeError) throw usage(`${path} does not hold a bookmark: it is not UTF-8.`);
    throw error;
  }
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
  return undefined;
}

function refuse(path: string, error: unknown, what = "read"): never {
  if (error instanceof CliError) throw error;
  throw usage(`${path} can't be ${what}: ${(error as NodeJS.ErrnoException).code}.`);
}
