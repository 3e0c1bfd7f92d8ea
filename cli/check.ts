import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { batchEncoder } from "../functions/import-api/encoder.ts";
import { PersisterError } from "../functions/persister/errors.ts";
import { validate } from "../functions/persister/validate.ts";
import { exits } from "./endpoint.ts";
import { Told } from "./told.ts";

/** Checks a stitchstream in a file as the endpoint would, with nothing sent. Throws Told, which names every fault. */
export async function check(path: string): Promise<string> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new Told(`${path} can't be read: ${error.code}.`, exits.usage);
  });
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  try {
    const body = isGzip ? unzipped(path, bytes) : bytes;
    const contents = validate(body, batchEncoder(1), Number.POSITIVE_INFINITY);
    const streams = [...contents.recordsByStream()].map(([name, count]) => `${name} ${count}`);
    return `${path}: ${contents.records} records (${streams.join(", ")}), ${contents.bookmarks.length} bookmarks`;
  } catch (error) {
    if (!(error instanceof PersisterError)) throw error;
    const { faults = [], faultsTotal = 0 } = error.details;
    const lines = faults.map(({ line, stream, field, message }) => {
      const where = [`${path}:${line}`, stream, field].filter(Boolean).join(": ");
      return `${where}: ${message}`;
    });
    const more = faultsTotal > faults.length ? [`and ${faultsTotal - faults.length} more`] : [];
    throw new Told([...lines, ...more].join("\n") || error.message, exits.refused);
  }
}

function unzipped(path: string, bytes: Uint8Array): Uint8Array {
  try {
    return gunzipSync(bytes);
  } catch {
    throw new Told(`${path} is not whole gzip: it was cut or changed.`, exits.refused);
  }
}
