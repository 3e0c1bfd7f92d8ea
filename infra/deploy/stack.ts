import {
  type CloudFormationClient,
  DescribeStacksCommand,
  paginateListStackResources,
} from "@aws-sdk/client-cloudformation";
import { CommandError } from "../run-command.ts";
import { holdsData } from "./template.ts";

/** A stack's state in AWS before the deploy. */
export interface Stack {
  readonly name: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** The AWS names of its resources with data, by their names in the template. */
  readonly data: Readonly<Record<string, string>>;
}

/**
 * Reads a stack, which is empty if it does not exist yet. Throws CommandError if its state forbids a
 * deploy.
 */
export async function readStack(client: CloudFormationClient, name: string): Promise<Stack> {
  const found = await describe(client, name);
  if (found === undefined) return { name, outputs: {}, data: {} };
  const hint = hintOf(found.StackStatus!, name);
  if (hint !== undefined) throw new CommandError(`The stack ${name} is ${found.StackStatus}. ${hint}`);
  return { name, outputs: outputsOf(found.Outputs ?? []), data: await dataOf(client, name) };
}

/** Resolves to a stack's outputs after the deploy. */
export async function readOutputs(client: CloudFormationClient, name: string) {
  return outputsOf((await describe(client, name))?.Outputs ?? []);
}

async function describe(client: CloudFormationClient, StackName: string) {
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }));
    return Stacks[0];
  } catch (error) {
    // CloudFormation has no error name for this.
    if (error instanceof Error && /does not exist/.test(error.message)) return undefined;
    throw error;
  }
}

type Output = { readonly OutputKey?: string | undefined; readonly OutputValue?: string | undefined };
const outputsOf = (outputs: readonly Output[]) =>
  Object.fromEntries(outputs.map(({ OutputKey, OutputValue }) => [OutputKey!, OutputValue!]));

async function dataOf(client: CloudFormationClient, StackName: string) {
  const data: Record<string, string> = {};
  for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName }))
    for (const {
      LogicalResourceId: id,
      ResourceType,
      ResourceStatus,
      PhysicalResourceId,
    } of StackResourceSummaries)
      if (holdsData(id!, ResourceType!) && ResourceStatus !== "DELETE_COMPLETE")
        data[id!] = PhysicalResourceId!;
  return data;
}

/**
 * Returns what to do about a stack that can't be updated: docs.aws.amazon.com/AWSCloudFormation, "Stack
 * status codes".
 */
function hintOf(status: string, name: string): string | undefined {
  const aws = (command: string) => `\`aws cloudformation ${command} --stack-name ${name}\``;
  if (status === "REVIEW_IN_PROGRESS" || status === "ROLLBACK_COMPLETE")
    return `Its creation failed, and nothing is in it: ${aws("delete-stack")}, then deploy again.`;
  if (status === "UPDATE_ROLLBACK_FAILED")
    return `See why in its events, and ${aws("continue-update-rollback")}.`;
  if (status.endsWith("_FAILED")) return `See why in its events: ${aws("describe-stack-events")}.`;
  if (status.endsWith("_IN_PROGRESS")) return "Wait until that is over, and deploy again.";
  return undefined;
}
