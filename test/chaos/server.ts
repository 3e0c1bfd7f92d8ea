import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A server in a process of its own, which may be killed and is started again on the same port and folder. */
export class Server {
  readonly url: string;
  kills = 0;
  readonly #file: string;
  readonly #env: NodeJS.ProcessEnv;
  #child: ChildProcess | undefined;

  constructor(file: string, port: number, env: Record<string, string>) {
    this.url = `http://127.0.0.1:${port}`;
    this.#file = fileURLToPath(new URL(file, import.meta.url));
    this.#env = { ...process.env, ...env, PORT: String(port) };
  }

  /** Resolves once it listens. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, ["--import", "tsx", this.#file], {
      env: this.#env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    let complaints = "";
    child.stderr.on("data", text => {
      complaints += text;
    });
    for await (const line of createInterface({ input: child.stdout })) if (line.startsWith("up ")) return;
    throw new Error(`${this.#file} did not come up: ${complaints}`);
  }

  /** SIGKILL: it has no time for anything. */
  async kill(): Promise<void> {
    const closed = once(this.#child!, "close");
    this.#child!.kill("SIGKILL");
    await closed;
    this.kills++;
  }

  async stop(): Promise<void> {
    if (this.#child === undefined || this.#child.exitCode !== null) return;
    await this.kill();
    this.kills--;
  }
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
