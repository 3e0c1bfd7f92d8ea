import type { Body } from "./source/body.ts";
import type { Change } from "./source/source.ts";
import type { World } from "./world/world.ts";

/** A request to the endpoint. */
export interface Asked {
  readonly method: string;
  /** Below `/v1`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | undefined;
}

/** What the endpoint answers. */
export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** What a process was asked to do, as the invariants see it. */
export interface Sent {
  readonly streamer: string;
  readonly kind: "delivery" | "change" | "look" | "run";
  readonly bytes: Uint8Array | undefined;
  /** What its records are of, all or a part of it. */
  readonly body: Body | undefined;
  /** What of the body it holds, in its order. */
  readonly changes: readonly Change[];
  readonly key: string | undefined;
  /** The revision that `If-Match` names. */
  readonly match: number | undefined;
  readonly token: string;
  /** What is listed, where that is asked for. */
  readonly list?: "streamers" | "history" | "deliveries" | undefined;
}

export function sentOf({ method, path, headers, body }: Asked, world: World): Sent {
  const [plain = ""] = path.split("?");
  const [, streamer = "", ...rest] = plain.split("/").slice(1);
  const isDelivery = method === "POST" && rest.length === 0;
  const match = /^"(\d+)"$/.exec(headers["if-match"] ?? "")?.[1];
  return {
    streamer,
    kind: isDelivery ? "delivery" : method === "GET" ? "look" : "change",
    bytes: body,
    ...(isDelivery ? contentsOf(body!, world, streamer) : { body: undefined, changes: [] }),
    key: headers["idempotency-key"],
    match: match === undefined ? undefined : Number(match),
    list: listOf(plain),
    token: headers.authorization?.replace("Bearer ", "") ?? "",
  };
}

const listOf = (path: string) =>
  path === "/streamers" ? "streamers" : (/\/(history|deliveries)$/.exec(path)?.[1] as Sent["list"]);

/** What a stitchstream, whole or a segment, is of. */
export function contentsOf(
  bytes: Uint8Array,
  world: World,
  streamer: string,
): Pick<Sent, "body" | "changes"> {
  const text = Buffer.from(bytes).toString();
  return {
    body: world.bodies.get(/"(?:name|body)"[:,]"([^"]+)"/.exec(text)?.[1] ?? ""),
    changes: changesIn(text, world.sourceOf(streamer).changes),
  };
}

/** The changes whose records and activations a stitchstream holds. */
function changesIn(text: string, changes: readonly Change[]): Change[] {
  const found = new Set<Change>();
  for (const line of text.split("\n")) {
    const position = /"RECORD".*"position"[:,](\d+)/.exec(line)?.[1];
    if (position !== undefined) found.add(changes[Number(position) - 1]!);
    const [, name, version] = /"ACTIVATE_VERSION".*"stream"[:,]"([^"]+)","version"[:,](\d+)/.exec(line) ?? [];
    if (name === undefined) continue;
    found.add(activationIn(changes, name, Number(version))!);
  }
  return [...found];
}

export const activationIn = (changes: readonly Change[], name: string, version: number) =>
  changes.find(change => change.isActivation && change.stream.name === name && change.version === version);
