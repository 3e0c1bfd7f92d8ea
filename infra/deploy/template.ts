import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CommandError } from "../run-command.ts";

/** A packaged template, as far as a deploy checks it. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
}
interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

/** Reads the template of a package. Throws CommandError where the folder has none. */
export async function readTemplate(dir: string): Promise<Template> {
  const file = join(dir, "cloudformation-template-update-stack.json");
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new CommandError(`${dir} holds no package: \`npm run package -- --package ${dir}\` writes one.`, {
      cause,
    });
  });
  return JSON.parse(text) as Template;
}

/** serverless.yml's `stackPolicy` names the same. */
const typesOfData = ["AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SecretsManager::Secret"];
/** Where packages are until they are deployed. */
const deploymentBucket = "ServerlessDeploymentBucket";

/** Whether a resource holds data that no deploy could make again. */
export const holdsData = (id: string, type: string) => typesOfData.includes(type) && id !== deploymentBucket;

/** What reserves runs at a time, by the functions' names. */
export const reservedIn = ({ Resources }: Template): Record<string, number> =>
  Object.fromEntries(
    Object.values(Resources).flatMap(
      ({ Properties: { FunctionName, ReservedConcurrentExecutions: runs } = {} }) =>
        typeof runs === "number" ? [[String(FunctionName), runs]] : [],
    ),
  );

/** Whether the template protects its table from deletion; one without a table has nothing to protect. */
export const protectsTable = ({ Resources: { Table } }: Template) =>
  Table?.Properties.DeletionProtectionEnabled === true;
