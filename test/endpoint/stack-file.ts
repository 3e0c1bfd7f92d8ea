import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { dynamoClient } from "../../functions/aws/clients.ts";
import { stackFileName, stackFileSchema } from "../../infra/local/stack-file.ts";
import type { TokenTable } from "../../infra/tokens/tokens.ts";
import type { LocalStack } from "./local-stack.ts";

/** The addresses of a stack's table and bucket. */
export const stackFileOf = async ({ dataDir }: LocalStack) =>
  stackFileSchema.parse(JSON.parse(await readFile(join(dataDir, stackFileName), "utf8")));

/** The stack's table, as `npm run token` finds it. */
export async function tokenTableOf(stack: LocalStack): Promise<TokenTable> {
  const { dynamodb, region, table } = await stackFileOf(stack);
  return { client: dynamoClient({ region, endpoint: dynamodb }), table };
}
