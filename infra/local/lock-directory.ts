import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export class DirectoryLocked extends Error {
  override readonly name = "DirectoryLocked";
}

/**
 * Locks a folder for this process, until `close` or the end of the process, even if it is killed: the lock
 * is a socket that listens under the folder's name. Rejects with DirectoryLocked while another process
 * holds the lock.
 */
export async function lockDirectory(dir: string): Promise<{ close(): Promise<void> }> {
  const path = socketOf(dir);
  const server = createServer(socket => socket.destroy()).unref();
  if (!(await listens(server, path))) {
    if (await answers(path)) {
      throw new DirectoryLocked(
        `Another Persister uses the data in ${dir}. Stop it, or set DATA_DIR to another folder.`,
      );
    }
    await rm(path, { force: true });
    if (!(await listens(server, path))) throw new DirectoryLocked(`${path} can't be listened on. Delete it.`);
  }
  return { close: () => new Promise<void>(done => server.close(() => done())) };
}

/**
 * Returns the socket's path. It is not in the folder itself, as a socket's path has about 100 characters at
 * most.
 */
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
