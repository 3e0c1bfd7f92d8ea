import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Victim } from "./victim.ts";

const stderrCharsMax = 2_000;

/** A server in a process of its own. It may be killed, and starts again on the same port and folder. */
export class Server extends Victim {
  readonly url: string;
  /** Rejects if it ends without being killed. */
  readonly lost: Promise<never>;
  #lose!: (error: Error) => void;
  readonly #env: NodeJS.ProcessEnv;
  #stderr = "";

  constructor(
    name: "endpoint" | "sandbox",
    { port, stepsFile, env }: { port: number; stepsFile: string; env: Record<string, string> },
  ) {
    super(name, stepsFile);
    this.url = `http://127.0.0.1:${port}`;
    this.#env = { PATH: process.env.PATH, ...env, PORT: String(port), STEPS_FILE: stepsFile };
    this.lost = new Promise((_, reject) => {
      this.#lose = reject;
    });
    this.lost.catch(() => {});
  }

  /** Resolves once it listens. */
  async start(): Promise<void> {
    const file = fileURLToPath(new URL(`${this.name}.ts`, import.meta.url));
    const child = spawn(process.execPath, ["--import", "tsx", file], {
      env: this.#env,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    this.child = child;
    child.stderr!.on("data", text => {
      this.#stderr = (this.#stderr + text).slice(-stderrCharsMax);
    });
    child.once("close", (code, signal) => {
      if (this.child !== child || (this.mayDie && signal === "SIGKILL")) return;
      this.child = undefined;
      this.#lose(new Error(`The ${this.name} ended by itself: ${code ?? signal}`));
    });
    for await (const line of createInterface({ input: child.stdout! })) if (line.startsWith("up ")) return;
    await this.lost;
  }

  /** The end of its stderr, over all restarts. */
  lastWords(): string {
    return this.#stderr;
  }
}
