import { mkdir, rm, writeFile } from "node:fs/promises";
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
});

export type StackFile = z.infer<typeof stackFileSchema>;

/** Writes the file, and deletes it on `close`. */
export async function writeStackFile(dataDir: string, place: StackFile): Promise<{ close(): Promise<void> }> {
  const path = join(dataDir, stackFileName);
  await mkdir(dataDir, { recursive: true });
  await writeFile(path, JSON.stringify(place));
  return { close: () => rm(path, { force: true }) };
}
