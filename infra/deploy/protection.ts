import { type DynamoDBClient, UpdateTableCommand } from "@aws-sdk/client-dynamodb";
import { Told } from "../run-command.ts";
import type { Stack } from "./stack.ts";

/**
 * Whether a deploy creates the table, as far as is known before it is packaged: in a stack that never got as far as its
 * outputs. Deletion protection would refuse the roll-back's own DeleteTable.
 */
export const createsTable = ({ outputs }: Stack) => outputs.TableName === undefined;

/** Protects a table from deletion, now that the deploy that made it is over. Throws Told where it can't. */
export async function protectTable(client: DynamoDBClient, TableName: string): Promise<void> {
  const protect = new UpdateTableCommand({ TableName, DeletionProtectionEnabled: true });
  await client.send(protect).catch((cause: Error) => {
    throw new Told(
      `The stack is deployed, and its table is not protected from deletion: ${cause.name}: ${cause.message}\n` +
        `  aws dynamodb update-table --table-name ${TableName} --deletion-protection-enabled`,
      { cause },
    );
  });
}
