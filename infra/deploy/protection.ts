import { type DynamoDBClient, UpdateTableCommand } from "@aws-sdk/client-dynamodb";
import { CommandError } from "../run-command.ts";
import type { Stack } from "./stack.ts";

/**
 * Returns whether a deploy creates the stack's own table: in a stack that has no outputs yet, or that uses
 * another table. Deletion protection would refuse the roll-back's own DeleteTable.
 */
export const createsTable = ({ outputs, data }: Stack) =>
  outputs.TableName === undefined || data.Table === undefined;

/** Protects a table from deletion after the deploy that made it. Throws CommandError if it can't. */
export async function protectTable(client: DynamoDBClient, TableName: string): Promise<void> {
  const protect = new UpdateTableCommand({ TableName, DeletionProtectionEnabled: true });
  await client.send(protect).catch((cause: Error) => {
    throw new CommandError(
      `The stack is deployed, but its table is not protected from deletion: ` +
        `${cause.name}: ${cause.message}\n` +
        `  aws dynamodb update-table --table-name ${TableName} --deletion-protection-enabled`,
      { cause },
    );
  });
}
