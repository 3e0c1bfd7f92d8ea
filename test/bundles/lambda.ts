import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { APIGatewayProxyEventV2, APIGatewayProxyResultV2 } from "aws-lambda";
import { type RuntimeApi, startRuntimeApi } from "./runtime-api.ts";

const root = new URL("../../", import.meta.url).pathname;
/**
 * Lambda's own runtime client if AWS_LAMBDA_RIC names a folder with a compiled aws-lambda-ric 4, and a
 * stand-in otherwise.
 */
const { AWS_LAMBDA_RIC } = process.env;
const client =
  AWS_LAMBDA_RIC === undefined
    ? join(root, "test/bundles/runtime-client.mjs")
    : join(AWS_LAMBDA_RIC, "index.mjs");

/** A function's process. Like in Lambda, it handles one event at a time. */
class Instance {
  #isTaken = false;
  readonly #api: RuntimeApi;
  readonly #child: ChildProcess;

  private constructor(api: RuntimeApi, child: ChildProcess) {
    this.#api = api;
    this.#child = child;
  }

  static async start(name: string, env: NodeJS.ProcessEnv): Promise<Instance> {
    if (!existsSync(join(root, "dist", `${name}.mjs`)))
      throw new Error("There are no bundles: npm run bundle.");
    const api = await startRuntimeApi();
    const child = spawn(process.execPath, ["--enable-source-maps", client], {
      cwd: root,
      stdio: ["ignore", "ignore", "pipe"],
      env: {
        PATH: process.env.PATH,
        _HANDLER: `dist/${name}.handler`,
        LAMBDA_TASK_ROOT: root,
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "1769",
        AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
        AWS_LAMBDA_LOG_GROUP_NAME: "local",
        AWS_LAMBDA_LOG_STREAM_NAME: "local",
        AWS_LAMBDA_RUNTIME_API: new URL(api.url).host,
        AWS_LAMBDA_FUNCTION_NAME: name,
        ...env,
      },
    });
    // The log of the running test.
    child.stderr.on("data", text => console.error(String(text).trimEnd()));
    child.once("exit", code => api.fail(new Error(`${name} ended with ${code}`)));
    return new Instance(api, child);
  }

  /** False if it is handling another event. */
  take(): boolean {
    if (this.#isTaken) return false;
    this.#isTaken = true;
    return true;
  }

  async invoke(event: unknown, timeoutMilliseconds: number): Promise<unknown> {
    try {
      return await this.#api.invoke(event, timeoutMilliseconds);
    } finally {
      this.#isTaken = false;
    }
  }

  async close(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#api.close();
  }
}

/** The functions' bundles in processes of their own, as many of each as there are concurrent events. */
export class Lambda {
  readonly #instances = new Map<string, Promise<Instance>[]>();
  readonly #env: NodeJS.ProcessEnv;

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env;
  }

  async invoke(
    name: string,
    event: APIGatewayProxyEventV2,
    timeoutMilliseconds: number,
  ): Promise<APIGatewayProxyResultV2> {
    const instance = await this.#idle(name);
    return (await instance.invoke(event, timeoutMilliseconds)) as APIGatewayProxyResultV2;
  }

  async #idle(name: string): Promise<Instance> {
    const instances = this.#instances.get(name) ?? [];
    this.#instances.set(name, instances);
    for (const each of instances) {
      const instance = await each;
      if (instance.take()) return instance;
    }
    const started = Instance.start(name, this.#env);
    instances.push(started);
    const instance = await started;
    return instance.take() ? instance : this.#idle(name);
  }

  async close(): Promise<void> {
    const instances = await Promise.all([...this.#instances.values()].flat());
    await Promise.all(instances.map(instance => instance.close()));
  }
}
