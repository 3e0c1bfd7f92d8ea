import { constants } from "node:fs";
import { access, mkdir } from "node:fs/promises";
import { SettingsError } from "./settings.ts";

const reasons: Readonly<Record<string, string>> = {
  EEXIST: "it is a file",
  ENOTDIR: "a file is in its path",
  EACCES: "it is not writable",
  EPERM: "it is not writable",
  EROFS: "its file system is read-only",
};

/** Creates DATA_DIR. Rejects with SettingsError if it is no folder that this process can write to. */
export async function createDataDirectory(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true });
    await access(dir, constants.W_OK);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    const reason = reasons[code] ?? `it can't be created, ${code}`;
    throw new SettingsError(`DATA_DIR: it must be a folder to write to, not "${dir}": ${reason}.`);
  }
}
