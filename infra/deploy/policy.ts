import {
  type CloudFormationClient,
  GetStackPolicyCommand,
  SetStackPolicyCommand,
} from "@aws-sdk/client-cloudformation";

/**
 * Does work that drops protected resources from a stack. During the work, the stack policy protects only
 * `kept`. Afterwards restores the policy, unless osls has set serverless.yml's: it does so after an update,
 * but not where nothing has changed.
 */
export async function withPolicyLifted<T>(
  client: CloudFormationClient,
  StackName: string,
  kept: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  const get = async () => (await client.send(new GetStackPolicyCommand({ StackName }))).StackPolicyBody;
  const set = (StackPolicyBody: string) =>
    client.send(new SetStackPolicyCommand({ StackName, StackPolicyBody }));
  const before = await get();
  if (before === undefined) return work();
  const lifted = policyOf(kept);
  await set(lifted);
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await set(before);
    throw error;
  }
  if ((await get()) === lifted) await set(before);
  return result;
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
