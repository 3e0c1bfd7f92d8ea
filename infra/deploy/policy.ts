import {
  type CloudFormationClient,
  GetStackPolicyCommand,
  SetStackPolicyCommand,
} from "@aws-sdk/client-cloudformation";

/**
 * Does work that drops protected resources from a stack. During the work, the stack policy protects only
 * `kept`. If the work fails, restores the policy; if it succeeds, osls has set serverless.yml's.
 */
export async function withPolicyLifted<T>(
  client: CloudFormationClient,
  StackName: string,
  kept: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  const { StackPolicyBody: before } = await client.send(new GetStackPolicyCommand({ StackName }));
  const set = (StackPolicyBody: string) =>
    client.send(new SetStackPolicyCommand({ StackName, StackPolicyBody }));
  if (before !== undefined) await set(policyOf(kept));
  try {
    return await work();
  } catch (error) {
    if (before !== undefined) await set(before);
    throw error;
  }
}

function policyOf(kept: readonly string[]): string {
  const allow = { Effect: "Allow", Principal: "*", Action: "Update:*", Resource: "*" };
  const deny = {
    Effect: "Deny",
    Principal: "*",
    Action: ["Update:Replace", "Update:Delete"],
    Resource: kept.map(id => `LogicalResourceId/${id}`),
  };
  return JSON.stringify({ Statement: kept.length === 0 ? [allow] : [allow, deny] });
}
