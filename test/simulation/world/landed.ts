/** A record as accepted. */
export interface Landed {
  readonly table: string;
  readonly streamer: string;
  readonly body: string;
  /** Its index among the body's records. */
  readonly n: number;
  readonly id: number;
  readonly position: number;
  readonly part: number;
  readonly sequence: bigint;
  readonly version: number | undefined;
  readonly hasKeys: boolean;
}

/** A version that replaces the table's earlier ones. */
export interface Activated {
  readonly table: string;
  readonly version: number;
  readonly sequence: bigint;
}

export interface Request {
  readonly records: readonly Landed[];
  readonly activations: readonly Activated[];
  /** The account; only in `/push`. */
  readonly clientIds: ReadonlySet<number>;
}

type Data = Pick<Landed, "id" | "position" | "part" | "n" | "body"> & { readonly from: string };

interface Message {
  readonly action: string;
  readonly sequence: string;
  readonly data?: Data;
  readonly client_id?: number;
  readonly table_name?: string;
  readonly table_version?: number;
  readonly key_names?: readonly string[];
}

/** The records in a request to the Import API. Throws if it is neither of its bodies. */
export function requestIn(body: Uint8Array, contentType: string): Request {
  // Sequences have more digits than a number can represent.
  const text = Buffer.from(body)
    .toString()
    .replaceAll(/"sequence":(\d+)/g, '"sequence":"$1"');
  const value: unknown = JSON.parse(text);
  const messages = contentType.includes("transit") ? (fromTransit(value) as Message[]) : messagesIn(value);
  return {
    records: messages.flatMap(message =>
      message.data === undefined ? [] : [landedOf(message, message.data)],
    ),
    activations: messages.flatMap(message =>
      message.action === "activate_version"
        ? [{ table: message.table_name!, version: message.table_version!, sequence: sequenceOf(message) }]
        : [],
    ),
    clientIds: new Set(messages.flatMap(({ client_id }) => client_id ?? [])),
  };
}

/** `/push` is a list of records; `/batch` states once what its messages share. */
function messagesIn(value: unknown): Message[] {
  if (Array.isArray(value)) return value as Message[];
  const { messages, schema: _, ...shared } = value as { messages: Message[]; schema: object };
  return messages.map(message => ({ ...shared, ...message }));
}

const landedOf = (message: Message, { from, ...data }: Data): Landed => ({
  ...data,
  streamer: from,
  table: message.table_name!,
  sequence: sequenceOf(message),
  version: message.table_version,
  hasKeys: (message.key_names?.length ?? 0) > 0,
});

const sequenceOf = ({ sequence }: Message) => BigInt(sequence.replace("~i", ""));

/** Compact transit maps as objects. The simulation sends nothing else of transit, and no cache codes. */
function fromTransit(value: unknown): unknown {
  if (typeof value === "string" && value.startsWith("^"))
    throw new Error(`A cache code outside of its line: ${value}`);
  if (!Array.isArray(value)) return value;
  if (value[0] !== "^ ") return value.map(fromTransit);
  const members: [string, unknown][] = [];
  for (let at = 1; at < value.length; at += 2) members.push([value[at], fromTransit(value[at + 1])]);
  return Object.fromEntries(members);
}
