import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";

/** Where a running stack's table and bucket are, in its DATA_DIR: for `npm run token`. */
export const placeFile = "stack.json";
export const placeSchema = z.object({
  dynamodb: z.url(),
  table: z.string(),
  s3: z.url(),
  bucket: z.string(),
  region: z.string(),
});

export type Place = z.infer<typeof placeSchema>;

/** Says where they are, until `close`. */
export async function publishPlace(dataDir: string, place: Place): Promise<{ close(): Promise<void> }> {
  const path = join(dataDir, placeFile);
  await mkdir(dataDir, { recursive: true });
  await writeFile(path, JSON.stringify(place));
  return { close: () => rm(path, { force: true }) };
}
