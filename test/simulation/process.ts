import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
import { type ImportApiAccount, secretAccounts } from "../../functions/aws/accounts.ts";
import { s3Archive } from "../../functions/aws/archive.ts";
import { awsStore } from "../../functions/aws/store.ts";
import { dynamoTokens } from "../../functions/aws/tokens.ts";
import { importApiDestinations } from "../../functions/import-api/destination.ts";
import type { Destination, Destinations } from "../../functions/persister/destination.ts";
import type { Wired } from "../../functions/wire.ts";
import type { FaultPlan } from "./faults.ts";
import type { Invariants } from "./invariants/invariants.ts";
import { Line } from "./line.ts";
import type { Sent } from "./sent.ts";
import { clientsOf, timingOf } from "./world/clients.ts";
import { OldCode } from "./world/old-code.ts";
import type { World } from "./world/world.ts";

const oldCode = new OldCode();
/** Processes of all worlds share it: compiling schemas again would cost time. */
const importApiDestination = importApiDestinations();
const table = "simulated";
const bucket = "simulated";

/**
 * One invocation of a function: the product's own code, with AWS clients that lead into the world. It may
 * die at every call.
 */
export class Process {
  readonly line: Line;
  readonly invariants: Invariants;
  sent: Sent;
  /** When it began, in ms since the epoch. */
  readonly began: number;
  /** The streamer's fence and revision when it began. */
  readonly fenceBefore: number;
  readonly revisionBefore: number;
  /** The version of its settings. */
  readonly settingsBefore: number;
  readonly streamersBefore: readonly string[];
  /** The fence of its lease. */
  fence: number | undefined;
  /** Whether its body is in the archive. */
  hasArchived = false;
  /** Whether it has written anything except the archive and its failure. */
  hasWritten = false;
  /** It has made the requested change. */
  hasChanged = false;
  /** The account to which it has sent records. */
  clientId: number | undefined;
  /** The bodies begun when one of its batches was not accepted: no new one may follow. */
  refusedAfter: ReadonlySet<Uint8Array> | undefined;
  /** Halves of a batch are not new batches. */
  hasHalved = false;
  /** The bodies of the requests that it has begun. */
  readonly begun = new Set<Uint8Array>();
  /** By position, the lowest and the highest sequence of what has landed from it. */
  readonly sequences = new Map<number, readonly [bigint, bigint]>();
  readonly #world: World;

  constructor(world: World, sent: Sent, plan: FaultPlan) {
    this.#world = world;
    this.invariants = world.invariants;
    this.sent = sent;
    this.line = new Line(world, plan);
    this.began = world.scheduler.now;
    this.fenceBefore = world.invariants.commits.fenceOf(sent.streamer) ?? 0;
    this.streamersBefore = world.invariants.commits.streamers;
    this.revisionBefore = world.invariants.commits.revisionOf(sent.streamer);
    this.settingsBefore = world.invariants.settings.versionOf(sent.streamer);
  }

  /** Wires the product to the world, like functions/wire.ts. */
  wired(isOld: boolean): Wired {
    const world = this.#world;
    const { line } = this;
    const { dynamodb: client, s3, secrets } = clientsOf(this, world, isOld ? oldCode : undefined);
    const timing = timingOf(line, world.random);
    const store = {
      ...awsStore({ client, table, s3, bucket, timing }),
      clock: line.clock,
      newId: () => world.newId(),
      bookmarkAgeMax: 26 * 3_600_000,
    };
    const accounts = secretAccounts(secrets, "accounts", { timing });
    const destinations: Destinations = {
      of: async streamer => {
        const account = (await accounts.of(streamer)) as ImportApiAccount;
        const importApi = () =>
          importApiDestination({
            url: "https://import-api",
            account,
            accountAfter: refused => accounts.after(refused, streamer) as Promise<ImportApiAccount>,
            clock: line.clock,
            random: timing.random,
            post: world.importApi.post(this),
          });
        const destination =
          world.traits.destination === "database" ? world.database.destination(this) : importApi();
        // Few records fill a batch, and no memory is reserved for more.
        const sizes = { ...destination.sizes, bytesAround: () => world.traits.bytesAround };
        const prepare: Destination["prepare"] = async outgoing => {
          const { write, tables } = await destination.prepare(outgoing);
          return {
            ...(tables && { tables }),
            write: async (batch, out) => {
              // No memory is reserved for batches of few records.
              const outcome = await write({ ...batch, bytes: 0 }, out);
              if (outcome.kind === "rejected" || outcome.kind === "failed")
                this.refusedAfter ??= new Set(this.begun);
              return outcome;
            },
          };
        };
        return { ...destination, sizes, prepare };
      },
    };
    return {
      authority: { by: "token", tokens: dynamoTokens({ client, table, timing }) },
      store,
      page: async () => "",
      parts: {
        ...store,
        archive: s3Archive({ s3, bucket, timing }),
        destinations,
        observer: { onDelivery: () => {} },
      },
    };
  }
}

type Handler<Event, Result> = (event: Event, context: Context) => Promise<Result>;

/**
 * Invokes a function like Lambda, with this much time. A handler first reads the machine's clock, and gets
 * the time of this world.
 */
export function invoke<Event, Result>(
  handler: Handler<Event, Result>,
  event: Event,
  now: number,
  { milliseconds, awsRequestId }: { readonly milliseconds: number; readonly awsRequestId?: string },
): Promise<Result> {
  const { now: machineNow } = Date;
  Date.now = () => now;
  try {
    return handler(event, {
      invokedFunctionArn: "arn",
      awsRequestId,
      getRemainingTimeInMillis: () => milliseconds,
    } as unknown as Context);
  } finally {
    Date.now = machineNow;
  }
}

export type GatewayEvent = APIGatewayProxyEventV2;
export type GatewayResult = APIGatewayProxyStructuredResultV2;
