import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";

/** The file in DATA_DIR that says where a running stack's table and bucket are. `npm run token` reads it. */
export const stackFileName = "stack.json";
export const stackFileSchema = z.object({
  dynamodb: z.url(),
  table: z.string(),
  s3: z.url(),
  bucket: z.string(),
  region: z.string(),
  /** Where the database with the rows is, if the sandbox is not used. */
  rows: z.string().optional(),
});

export type StackFile = z.infer<typeof stackFileSchema>;

/** Writes the file in one step, so that a reader never finds a part of it, and deletes it on `close`. */
export async function writeStackFile(dataDir: string, place: StackFile): Promise<{ close(): Promise<void> }> {
  const path = join(dataDir, stackFileName);
  await mkdir(dataDir, { recursive: true });
  const written = `${path}.${process.pid}`;
  await writeFile(written, JSON.stringify(place));
  await rename(written, path);
  return { close: () => rm(path, { force: true }) };
}
