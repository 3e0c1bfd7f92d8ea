import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { certify } from "./certificate.ts";
import { newHome, remove, type Server, startServer, writeOwn } from "./server.ts";

/** A server of a test's own, with TLS and a role that has a password. */
export interface OwnServer {
  /** Leads to the database `postgres` as the user `persister`, who needs no password. */
  readonly url: string;
  readonly port: number;
  /** A file with the authority of its certificate. */
  readonly authority: string;
  /** Ends it at once, with all connections, and starts it on the same port. */
  restart(): Promise<void>;
  close(): void;
}

/** The role `checked` has it. */
export const password = "s3cret-pa55";

/** Starts a server whose certificate is valid for these names. */
export async function startOwnServer(names: readonly string[]): Promise<OwnServer> {
  const home = newHome();
  const { authority, server } = certify(names);
  const files = ["cert", "key", "hba", "authority"].map(each => join(home, each));
  const [cert, key, hba, ca] = files as [string, string, string, string];
  writeOwn(cert, server.cert);
  writeOwn(key, server.key);
  writeOwn(hba, "host all checked all scram-sha-256\nhost all all all trust\n");
  writeFileSync(ca, authority);
  const more = ["ssl=on", `ssl_cert_file=${cert}`, `ssl_key_file=${key}`, `hba_file=${hba}`];
  let running: Server = await startServer(home, { more });
  const port = Number(new URL(running.url).port);
  return {
    url: running.url,
    port,
    authority: ca,
    async restart() {
      process.kill(running.pid, "SIGINT");
      await untilEnded(running.pid);
      running = await startServer(home, { port, more });
    },
    close: () => remove(running),
  };
}

const pollMilliseconds = 50;

async function untilEnded(pid: number): Promise<void> {
  while (isRunning(pid)) await setTimeout(pollMilliseconds);
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
