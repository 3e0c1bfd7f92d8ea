import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CommandError } from "../run-command.ts";
import type { Options } from "./options.ts";

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
export const readTemplate = async (dir: string) =>
  (await readPart(dir, "cloudformation-template-update-stack.json")) as Template;

/**
 * Throws CommandError for a package of another stage or region. The deploy tool would update the package's
 * stack, and this deploy has checked the other one.
 */
export async function refuseOtherTarget(dir: string, { stage, region }: Options): Promise<void> {
  const { service } = (await readPart(dir, "serverless-state.json")) as State;
  const { provider } = service;
  if (provider.stage === stage && provider.region === region) return;
  throw new CommandError(
    `${dir} is a package for --stage ${provider.stage} --region ${provider.region}, ` +
      `and this deploys to --stage ${stage} --region ${region}. Nothing was changed.`,
  );
}

/** A package's target. */
interface State {
  readonly service: { readonly provider: { readonly stage: string; readonly region: string } };
}

async function readPart(dir: string, name: string): Promise<unknown> {
  const text = await readFile(join(dir, name), "utf8").catch((cause: unknown) => {
    throw new CommandError(`${dir} holds no package: \`npm run package -- --package ${dir}\` writes one.`, {
      cause,
    });
  });
  return JSON.parse(text);
}

/** serverless.yml's `stackPolicy` names the same. */
const typesOfData = ["AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SecretsManager::Secret"];
/** Packages are there until they are deployed. */
const deploymentBucket = "ServerlessDeploymentBucket";

/** Returns whether a resource holds data that no deploy could make again. */
export const holdsData = (id: string, type: string) => typesOfData.includes(type) && id !== deploymentBucket;

/** Returns the reserved concurrency by the functions' names. */
export const reservedIn = ({ Resources }: Template): Record<string, number> =>
  Object.fromEntries(
    Object.values(Resources).flatMap(
      ({ Properties: { FunctionName, ReservedConcurrentExecutions: runs } = {} }) =>
        typeof runs === "number" ? [[String(FunctionName), runs]] : [],
    ),
  );

/** Returns whether the template has a table, and protects it from deletion. */
export const protectsTable = ({ Resources: { Table } }: Template) =>
  Table?.Properties.DeletionProtectionEnabled === true;
