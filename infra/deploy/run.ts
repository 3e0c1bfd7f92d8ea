import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SNSClient } from "@aws-sdk/client-sns";
import { CommandError, runCommand } from "../run-command.ts";
import { checkCredentials } from "./account.ts";
import { protectedIn, refuseChanges } from "./guard.ts";
import { type Options, optionsOf } from "./options.ts";
import { runOsls } from "./osls.ts";
import { checkHealth, subscriptionsOf } from "./outcome.ts";
import { withPolicyLifted } from "./policy.ts";
import { createsTable, protectTable } from "./protection.ts";
import { checkQuota } from "./quota.ts";
import { readOutputs, readStack, type Stack } from "./stack.ts";
import { protectsTable, readTemplate, refuseOtherTarget, reservedIn, type Template } from "./template.ts";

/** `npm run deploy`: checks the account and the stack, packages, deploys, and says what came of it. */
const service = "persister";
/** The deploy tool's own: it deletes and refills that folder in both of its steps. */
const packageDir = ".serverless";

runCommand(async () => deploy(optionsOf(process.argv.slice(2), process.env)).catch(rethrowClearly));

async function deploy(options: Options): Promise<void> {
  // The SDK says at each start that its next year's versions want Node 22; ours is pinned.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  if (options.profile !== undefined) process.env.AWS_PROFILE = options.profile;
  const { region, stage, allowed } = options;
  const client = new CloudFormationClient({ region });
  console.log(`Deploying to ${await checkCredentials(region)}, in ${region}`);
  const stack = await readStack(client, `${service}-${stage}`);
  const isCreated = createsTable(stack);
  const { dir, deployed } = await packageFor(options, isCreated);
  const template = await readTemplate(dir);
  refuseProtectedCreation(options, template, isCreated);
  refuseChanges(stack, template, allowed);
  for (const note of await checkQuota(new LambdaClient({ region }), reservedIn(template))) console.log(note);
  // Without --force osls skips a package that it has uploaded before, even after a roll-back:
  // check-for-changes.js.
  const work = () => runOsls(["deploy", "--force", "--package", dir], deployed);
  const isGuarded = Object.keys(stack.data).length > 0;
  await (allowed.length > 0 && isGuarded
    ? withPolicyLifted(client, stack.name, protectedIn(stack, template), work)
    : work());
  await report(client, stack, template, options);
}

/** Packages the stack unless the options name a package. Resolves to its folder and its options. */
async function packageFor(options: Options, isCreated: boolean): Promise<{ dir: string; deployed: Options }> {
  if (options.packaged !== undefined) {
    await refuseOtherTarget(options.packaged, options);
    return { dir: options.packaged, deployed: options };
  }
  const parameters = [...options.parameters];
  if (isCreated && !namesProtect(options)) parameters.push("protect=false");
  const deployed = { ...options, parameters };
  await runOsls(["package"], deployed);
  return { dir: packageDir, deployed };
}

const namesProtect = ({ parameters }: Options) => parameters.some(each => each.startsWith("protect="));

/** A table that is protected from its first moment outlives a first deploy that fails. */
function refuseProtectedCreation(options: Options, template: Template, isCreated: boolean): void {
  if (!isCreated || options.packaged === undefined || !protectsTable(template) || namesProtect(options))
    return;
  throw new CommandError(
    "This deploy makes the table, and the package protects it from deletion, also by a deploy that fails. " +
      "Package it with --param protect=false, or deploy with --param protect=true.",
  );
}

/** Protects a new table, prints the URL and the subscribers of the alarms, and checks the endpoint. */
async function report(client: CloudFormationClient, { name }: Stack, template: Template, options: Options) {
  const { region } = options;
  const outputs = await readOutputs(client, name);
  const { TableName, HttpApiUrl, DomainUrl, DomainTarget, AlarmTopicArn } = outputs;
  const ownsTable = template.Resources.Table !== undefined;
  if (ownsTable && !protectsTable(template) && !namesProtect(options))
    await protectTable(new DynamoDBClient({ region }), TableName!);
  for (const line of await subscriptionsOf(new SNSClient({ region }), AlarmTopicArn!)) console.log(line);
  // With a domain of one's own, AWS's own name is disabled.
  const url = DomainUrl ?? HttpApiUrl!;
  await checkHealth(url, undefined, DomainTarget);
  console.log(`The endpoint answers: ${url}`);
}

/** Throws AWS's refusals as CommandErrors: the caller can fix them, and the message says it all. */
function rethrowClearly(error: unknown): never {
  if (error instanceof Error && "$metadata" in error)
    throw new CommandError(`AWS refused it: ${error.name}: ${error.message}`, { cause: error });
  throw error;
}
