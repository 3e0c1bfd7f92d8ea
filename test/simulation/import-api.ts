import type { ImportRequest } from "../../functions/persister/ports.ts";

/** A record as it landed. */
export interface Landed {
  readonly streamer: string;
  readonly body: string;
  readonly n: number;
  readonly id: number;
  readonly position: number;
  readonly sequence: bigint;
  readonly isAppended: boolean;
}

interface Message {
  readonly table_name: string;
  readonly sequence: string;
  readonly data: Pick<Landed, "body" | "n" | "id" | "position">;
}

/** The destination: of each key the row with the highest sequence stays, the first of equal ones. */
export class Destination {
  readonly landed: Landed[] = [];
  readonly rows = new Map<string, Landed>();

  take({ body, endpoint }: ImportRequest): void {
    for (const record of recordsIn(body, endpoint)) {
      this.landed.push(record);
      const key = `${record.streamer} ${record.id}`;
      const row = this.rows.get(key);
      if (!record.isAppended && (row === undefined || record.sequence > row.sequence))
        this.rows.set(key, record);
    }
  }
}

function recordsIn(body: Uint8Array, endpoint: ImportRequest["endpoint"]): Landed[] {
  // Sequences have more digits than a number holds.
  const text = Buffer.from(body)
    .toString()
    .replaceAll(/"sequence":(\d+)/g, '"sequence":"$1"');
  const parsed = JSON.parse(text) as Message[] | { table_name: string; messages: Message[] };
  const messages = Array.isArray(parsed)
    ? parsed
    : parsed.messages.map(each => ({ ...each, table_name: parsed.table_name }));
  return messages.map(({ table_name, sequence, data }) => ({
    streamer: table_name.replace(/_log$/, ""),
    ...data,
    sequence: BigInt(sequence),
    isAppended: endpoint === "batch",
  }));
}
