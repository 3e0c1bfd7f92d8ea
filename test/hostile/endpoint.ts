import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { greeting } from "../../infra/local/greeting.ts";

const root = new URL("../../", import.meta.url).pathname;
export const token = "a-token-of-the-hostile-table";
const mebibyte = 1024;

/** `npm start` in a process of its own, with its output and memory. */
export class Endpoint {
  readonly url: URL;
  readonly #child: ChildProcess;
  readonly #dir: string;
  readonly #said: string[];

  private constructor(url: string, child: ChildProcess, dir: string, said: string[]) {
    this.url = new URL(url);
    this.#child = child;
    this.#dir = dir;
    this.#said = said;
  }

  static async start(): Promise<Endpoint> {
    const dir = await mkdtemp(join(tmpdir(), "persister-hostile-"));
    const child = spawn(process.execPath, ["--import", "tsx", "infra/local/start.ts"], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      env: { PATH: process.env.PATH, DATA_DIR: dir, PORT: "0", PERSISTER_TOKEN: token },
    });
    const said: string[] = [];
    const url = await new Promise<string>((resolve, reject) => {
      for (const stream of [child.stdout!, child.stderr!]) {
        stream.on("data", text => {
          said.push(String(text));
          const [, after] = said.join("").split(greeting.up);
          const found = after?.split(",", 1)[0];
          if (after?.includes(greeting.end)) resolve(found!);
        });
      }
      child.once("exit", code => reject(new Error(`npm start ended with ${code}: ${said.join("")}`)));
    });
    return new Endpoint(url, child, dir, said);
  }

  /** Returns what it has printed after its greeting. */
  get log(): string {
    return this.#said.join("").split(greeting.end)[1] ?? "";
  }

  /** Its memory in MiB; undefined if the system doesn't report it. */
  memory(): number | undefined {
    return this.#status("VmRSS");
  }

  /** Its peak memory since `forgetPeak`, in MiB. */
  peak(): number | undefined {
    return this.#status("VmHWM");
  }

  forgetPeak(): void {
    try {
      writeFileSync(`/proc/${this.#child.pid}/clear_refs`, "5");
    } catch {
      // Only Linux can reset the peak; elsewhere none is shown.
    }
  }

  #status(name: string): number | undefined {
    try {
      const text = readFileSync(`/proc/${this.#child.pid}/status`, "utf8");
      return Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(text)?.[1]) / mebibyte;
    } catch {
      return undefined;
    }
  }

  async stop(): Promise<void> {
    this.#child.removeAllListeners("exit");
    this.#child.kill("SIGKILL");
    await rm(this.#dir, { recursive: true, force: true });
  }
}
