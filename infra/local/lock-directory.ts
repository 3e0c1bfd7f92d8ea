import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export class DirectoryTaken extends Error {
  override readonly name = "DirectoryTaken";
}

/**
 * Claims a folder for this process, until `close` or the process's end, however it ends: a socket named for the folder
 * dies with who listens on it. Rejects with DirectoryTaken while another process has the claim.
 */
export async function claimDirectory(dir: string): Promise<{ close(): Promise<void> }> {
  const path = socketOf(dir);
  const server = createServer(socket => socket.destroy()).unref();
  if (!(await listens(server, path))) {
    if (await answers(path)) {
      throw new DirectoryTaken(
        `Another Persister keeps its data in ${dir}. End it, or set DATA_DIR to another folder.`,
      );
    }
    await rm(path, { force: true });
    if (!(await listens(server, path))) throw new DirectoryTaken(`${path} can't be listened on: delete it.`);
  }
  return { close: () => new Promise<void>(done => server.close(() => done())) };
}

/** Not in the folder itself: a socket's path has 100 characters or so. */
function socketOf(dir: string): string {
  const name = `persister-${createHash("sha256").update(resolve(dir)).digest("hex").slice(0, 16)}`;
  return process.platform === "win32" ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
}

const listens = (server: Server, path: string) =>
  new Promise<boolean>((done, fail) => {
    const onError = (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? done(false) : fail(error);
    server.once("error", onError);
    server.listen(path, () => {
      server.off("error", onError);
      done(true);
    });
  });

const answers = (path: string) =>
  new Promise<boolean>(done => {
    const socket = connect(path, () => {
      socket.destroy();
      done(true);
    }).once("error", () => done(false));
  });
