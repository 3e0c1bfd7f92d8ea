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

/** The endpoint's answer. */
export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** The request to a process, as the invariants see it. */
export interface Sent {
  readonly streamer: string;
  readonly kind: "delivery" | "change" | "look" | "settings" | "run";
  readonly bytes: Uint8Array | undefined;
  /** The body of which it contains all or some records. */
  readonly body: Body | undefined;
  /** The changes of the body in it, in order. */
  readonly changes: readonly Change[];
  readonly key: string | undefined;
  /** The revision in `If-Match`. */
  readonly match: number | undefined;
  readonly token: string;
  /** The list that it requests, if any. */
  readonly list?: "streamers" | "history" | "deliveries" | undefined;
}

export function sentOf({ method, path, headers, body }: Asked, world: World): Sent {
  const [plain = ""] = path.split("?");
  const [, streamer = "", ...rest] = plain.split("/").slice(1);
  const isDelivery = method === "POST" && rest.length === 0;
  const match = /^"(\d+)"$/.exec(headers["if-match"] ?? "")?.[1];
  const kind = isDelivery ? "delivery" : method === "GET" ? "look" : "change";
  return {
    streamer,
    kind: rest[0] === "settings" ? "settings" : kind,
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

/** The body to which a stitchstream, whole or a segment, belongs. */
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

/** The changes whose records and activations are in a stitchstream. */
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
