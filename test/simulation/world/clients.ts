import {
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { type GetObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { objectsOf } from "../../../functions/aws/s3-client.ts";
import type { Timing } from "../../../functions/aws/timing.ts";
import type { Line } from "../line.ts";
import type { Process } from "../process.ts";
import type { Random } from "../random.ts";
import type { Step } from "../steps.ts";
import { type BucketCommand, s3Error } from "./bucket.ts";
import type { Attributes } from "./condition.ts";
import type { OldCode } from "./old-code.ts";
import { isTokens, type SimulatedTable, type TableCommand } from "./table.ts";
import type { World } from "./world.ts";

/** How the SDK learns about a deadline here. */
interface Until {
  readonly deadline?: number;
  readonly abortSignal?: AbortSignal;
}

/** The adapters' time, by a process's clock. */
export const timingOf = ({ now, sleep }: Line, random: Random): Timing => ({
  now,
  sleep,
  random: () => random.next(),
  until: deadline => ({ deadline }) as unknown as ReturnType<Timing["until"]>,
});

const never = Number.POSITIVE_INFINITY;

/** A process's AWS clients: each command is one call on its line. */
export function clientsOf(by: Process, world: World, oldCode: OldCode | undefined) {
  const { line } = by;
  const { bucket, random } = world;
  // Another one may replace it meanwhile.
  const { table } = world;
  const dynamodb = (command: TableCommand, { deadline = never, abortSignal: signal }: Until) => {
    const step = stepOfTable(command, table);
    if (oldCode !== undefined) line.note("old-code", step);
    return line.call<object>({
      step,
      service: "table",
      deadline,
      signal,
      isSentOnce: step === "day",
      effect: attempt => {
        const isStale = random.chance(0.5);
        const done = world.do(table, oldCode?.written(command) ?? command, { by, attempt, isStale });
        return oldCode?.read(done) ?? done;
      },
      lost,
    });
  };
  const s3 = (command: BucketCommand, { deadline = never }: Until) => {
    const step = stepOfBucket(command);
    const isArchive = step === "archive";
    return line.call<object>({
      step,
      service: isArchive ? "archive" : "bucket",
      deadline,
      effect: attempt => {
        const Key = command.input.Key!;
        if (isArchive && bucket.objects.has(Key)) line.note("exists", step);
        const done = bucket.do(command, attempt);
        if (isArchive) by.hasArchived = true;
        return done;
      },
      lost,
      instead: fault =>
        fault === "conflict"
          ? () => Promise.reject(s3Error("ConditionalRequestConflict", 409, 1))
          : undefined,
    });
  };
  const secrets = (_command: GetSecretValueCommand, { deadline = never }: Until = {}) =>
    line.call<object>({
      step: "account",
      service: "secrets",
      deadline: Math.min(deadline, line.now() + 10_000),
      effect: () => ({ SecretString: world.importApi.secret() }),
      lost,
    });
  return {
    dynamodb: { send: dynamodb } as unknown as DynamoDBClient,
    s3: objectsOf({ send: s3 } as unknown as S3Client),
    secrets: { send: secrets } as unknown as SecretsManagerClient,
  };
}

/** The SDK's error after all of its attempts have failed. */
const lost = (hasTimeLeft: boolean): Promise<never> =>
  Promise.reject(
    Object.assign(new Error("no answer"), { name: hasTimeLeft ? "TimeoutError" : "AbortError" }),
  );

const stepsOfPrefix: readonly (readonly [prefix: string, step: Step])[] = [
  ["commit#", "history"],
  ["key#", "look-up"],
  ["delivery#", "failure"],
  ["state", "read"],
];

function stepOfTable(command: TableCommand, table: SimulatedTable): Step {
  if (command instanceof PutItemCommand) return stepOfPut(command.input.Item!, table);
  if (command instanceof QueryCommand) return "read";
  const key = "Key" in command.input ? command.input.Key! : {};
  if (isTokens(key.pk?.S ?? "")) return "authenticate";
  if (command instanceof UpdateItemCommand) return key.sk?.S?.startsWith("day#") ? "day" : "entry";
  return stepsOfPrefix.find(([prefix]) => key.sk?.S?.startsWith(prefix))?.[1] ?? "read";
}

function stepOfPut(item: Attributes, table: SimulatedTable): Step {
  const [pk, sk] = [item.pk!.S!, item.sk!.S!];
  if (sk.startsWith("commit#")) return "history";
  if (sk === "settings") return "change";
  if (sk.startsWith("key#")) return item.receipt === undefined ? "save-record" : "receipt";
  if (sk.startsWith("delivery#")) return item.receipt === undefined ? "failure" : "receipt";
  if (sk !== "state" || item.lease !== undefined) return "begin";
  const commit = item.commit?.M;
  if (commit?.revision?.N === table.find(pk, sk)?.commit?.M?.revision?.N) return "release";
  return commit?.by?.S === "delivery" ? "commit" : "change";
}

function stepOfBucket(command: PutObjectCommand | GetObjectCommand): Step {
  const key = command.input.Key!;
  if (command instanceof PutObjectCommand && key.startsWith("raw/")) return "archive";
  return key.startsWith("receipts/") ? "receipt" : "bookmark";
}
