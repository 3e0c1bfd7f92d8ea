import { type DynamoDBClient, UpdateTableCommand } from "@aws-sdk/client-dynamodb";
import { CommandError } from "../run-command.ts";
import type { Stack } from "./stack.ts";

/**
 * Whether a deploy creates the table, if it has one of its own: in a stack that never got as far as its outputs, or that uses
 * another table. Deletion protection would refuse the roll-back's own DeleteTable.
 */
export const createsTable = ({ outputs, data }: Stack) =>
  outputs.TableName === undefined || data.Table === undefined;

/** Protects a table from deletion, now that the deploy that made it is over. Throws CommandError where it can't. */
export async function protectTable(client: DynamoDBClient, TableName: string): Promise<void> {
  const protect = new UpdateTableCommand({ TableName, DeletionProtectionEnabled: true });
  await client.send(protect).catch((cause: Error) => {
    throw new CommandError(
      `The stack is deployed, and its table is not protected from deletion: ${cause.name}: ${cause.message}\n` +
        `  aws dynamodb update-table --table-name ${TableName} --deletion-protection-enabled`,
      { cause },
    );
  });
}
