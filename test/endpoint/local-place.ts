import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { dynamoClient } from "../../functions/aws/clients.ts";
import { placeFile, placeSchema } from "../../infra/local/stack-file.ts";
import type { Place } from "../../infra/tokens/tokens.ts";
import type { LocalStack } from "./local-stack.ts";

/** Where a stack's table and bucket are. */
export const localPlace = async ({ dataDir }: LocalStack) =>
  placeSchema.parse(JSON.parse(await readFile(join(dataDir, placeFile), "utf8")));

/** Its table, as `npm run token` finds it. */
export async function placeOf(stack: LocalStack): Promise<Place> {
  const { dynamodb, region, table } = await localPlace(stack);
  return { client: dynamoClient({ region, endpoint: dynamodb }), table };
}
