import { parseArgs } from "node:util";
import { CommandError } from "../run-command.ts";

const usage = `npm run deploy -- --stage prod --region eu-west-1 [--param name=value]…
  --allow <name>    lets this deploy change table, archive or accountsSecret, or drop a streamer's secret
  --package <dir>   deploys what \`osls package --package <dir>\` wrote, with the same stage, region and parameters
  --aws-profile <name>, --verbose`;

/** What a deploy is asked to do. */
export interface Options {
  readonly stage: string;
  readonly region: string;
  /** `name=value` each. */
  readonly parameters: readonly string[];
  /** What holds data and may be changed or dropped this once. */
  readonly allowed: readonly string[];
  /** A folder that holds a package, instead of packaging. */
  readonly packaged: string | undefined;
  readonly profile: string | undefined;
  readonly verbose: boolean;
}

const text = { type: "string" } as const;
const texts = { type: "string", multiple: true } as const;
const flag = { type: "boolean" } as const;

/** Those of serverless.yml. */
const defaults = { stage: "dev", region: "us-east-1" };

/** Reads the command's arguments. Throws CommandError where one is unknown, or the region is not certain. */
export function optionsOf(args: readonly string[], env: NodeJS.ProcessEnv): Options {
  const values = valuesOf(args);
  return {
    stage: values.stage ?? defaults.stage,
    region: regionOf(values.region, env),
    parameters: values.param ?? [],
    allowed: values.allow ?? [],
    packaged: values.package,
    profile: values["aws-profile"],
    verbose: values.verbose ?? false,
  };
}

function valuesOf(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        stage: { ...text, short: "s" },
        region: { ...text, short: "r" },
        package: { ...text, short: "p" },
        param: texts,
        allow: texts,
        "aws-profile": text,
        verbose: flag,
      },
    }).values;
  } catch (error) {
    throw new CommandError(`${(error as Error).message}\n\n${usage}`);
  }
}

/** Another region would get a stack of its own, with an empty table. */
function regionOf(given: string | undefined, { AWS_REGION }: NodeJS.ProcessEnv): string {
  if (given === undefined && AWS_REGION !== undefined && AWS_REGION !== defaults.region)
    throw new CommandError(
      `AWS_REGION is ${AWS_REGION}, and without --region this deploys to us-east-1: name one.`,
    );
  return given ?? defaults.region;
}
