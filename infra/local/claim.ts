import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

export class DirectoryTaken extends Error {
  override readonly name = "DirectoryTaken";
}

/**
 * Notes this process in `dir` as the one that writes there. Rejects with DirectoryTaken while another lives that does;
 * one that was killed leaves its note behind, and it counts for nothing.
 */
export async function claimDirectory(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  const note = join(dir, "pid");
  const pid = Number(await readFile(note, "utf8").catch(() => "0"));
  if (pid !== 0 && pid !== process.pid && isAlive(pid)) {
    throw new DirectoryTaken(
      `Process ${pid} keeps its data in ${dir}. End it, set DATA_DIR to another folder, or, if it is no Persister, delete ${note}.`,
    );
  }
  await writeFile(note, String(process.pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is alive, too.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
