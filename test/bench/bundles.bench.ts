import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import {
  bundleFunction,
  functionOptions,
  functions,
  loadedAtStart,
  startBytesMax,
} from "../../infra/bundle.ts";

/**
 * Measures the cold start of each function: what it loads, and the CPU time of importing that, as a multiple
 * of the AWS clients that it calls, bundled alike and loaded at once. Fails above the budget.
 */
const rounds = 21;
const importRatioMax = 1.2;

/** A client with the commands that are sent. */
const clients = {
  dynamodb: ["DynamoDBClient", "GetItemCommand", "PutItemCommand", "QueryCommand", "UpdateItemCommand"],
  s3: ["S3Client", "GetObjectCommand", "PutObjectCommand"],
  "secrets-manager": ["SecretsManagerClient", "GetSecretValueCommand", "PutSecretValueCommand"],
  scheduler: ["SchedulerClient", "CreateScheduleCommand"],
  sns: ["SNSClient", "PublishCommand"],
};
type Client = keyof typeof clients;
/** The clients that a function calls besides those of the table and the bucket. */
const others: Readonly<Record<string, readonly Client[]>> = {
  ingest: ["secrets-manager"],
  schedule: ["secrets-manager", "scheduler"],
  watch: ["sns"],
};

const outdir = await mkdtemp(join(tmpdir(), "persister-bundles-"));

/** CPU time of an import in a process of its own, in ms. */
function importMilliseconds(file: string): number {
  const code = `const start = process.cpuUsage();
    await import(${JSON.stringify(file)});
    const { user, system } = process.cpuUsage(start);
    console.log((user + system) / 1e3);
    process.exit();`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--input-type=module", "--eval", code]);
  if (status !== 0) throw new Error(String(stderr));
  return Number(stdout);
}

const medianOf = (values: number[]) => values.sort((one, other) => one - other)[values.length >> 1]!;

/** Bundles a function's AWS clients as the function is bundled, to be loaded at once. */
async function bundleClients(name: string, ...called: Client[]): Promise<string> {
  const contents = called.map(each => `export { ${clients[each]} } from "@aws-sdk/client-${each}";`).join("");
  await build({
    ...functionOptions,
    stdin: { contents, resolveDir: process.cwd() },
    entryNames: `${name}-clients`,
    chunkNames: `chunks/${name}-clients-[hash]`,
    outdir,
  });
  return join(outdir, `${name}-clients.mjs`);
}

console.log("\nAt start        kB   CPU (1.00 = its AWS clients, bundled alike)");
let isOver = false;
for (const name of functions) {
  const { outputs, ...metafile } = await bundleFunction(name, outdir);
  const path = Object.keys(outputs).find(each => each.endsWith(`/${name}.mjs`))!;
  const loaded = [...loadedAtStart({ outputs, ...metafile }, path)].map(each => outputs[each]!);
  const bytes = loaded.reduce((sum, each) => sum + each.bytes, 0);
  const reference = await bundleClients(name, "dynamodb", "s3", ...(others[name] ?? []));
  // Of pairs that ran one after the other: other processes slow down both, and a median ignores the rest.
  const pairs = Array.from({ length: rounds }, () => {
    const bare = importMilliseconds(reference);
    return { bare, own: importMilliseconds(join(outdir, `${name}.mjs`)) };
  });
  const ratio = medianOf(pairs.map(({ own, bare }) => own / bare));
  isOver ||= bytes > startBytesMax || ratio > importRatioMax;
  const [ownTime, bareTime] = [medianOf(pairs.map(each => each.own)), medianOf(pairs.map(each => each.bare))];
  const times = `${ratio.toFixed(2)} (${ownTime.toFixed(0)} / ${bareTime.toFixed(0)} ms)`;
  console.log(`${name.padEnd(12)} ${String(Math.ceil(bytes / 1_000)).padStart(5)}   ${times}`);
}
await rm(outdir, { recursive: true });
console.log(`The budget: ${startBytesMax / 1_000} kB, ${importRatioMax.toFixed(2)}.`);
if (isOver) process.exitCode = 1;
