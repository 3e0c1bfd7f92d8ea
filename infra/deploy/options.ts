import { parseArgs } from "node:util";
import { CommandError } from "../run-command.ts";

const usage = `npm run deploy -- --stage prod --region eu-west-1 [--param name=value]…
  --allow <name>    lets this deploy change table, archive or accountsSecret, or drop a streamer's secret
  --package <dir>   deploys the package that \`osls package --package <dir>\` wrote, with the same stage,
                    region and parameters
  --aws-profile <name>, --verbose`;

/** The options of a deploy. */
export interface Options {
  readonly stage: string;
  readonly region: string;
  /** `name=value` each. */
  readonly parameters: readonly string[];
  /** Resources with data that this deploy may change or drop. */
  readonly allowed: readonly string[];
  /** The folder of a finished package to deploy. */
  readonly packaged: string | undefined;
  readonly profile: string | undefined;
  readonly verbose: boolean;
}

const text = { type: "string" } as const;
const texts = { type: "string", multiple: true } as const;
const flag = { type: "boolean" } as const;

/** Those of serverless.yml. */
const defaults = { stage: "dev", region: "us-east-1" };

/** Parses the command's arguments. Throws CommandError for an unknown one, and if the region is ambiguous. */
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

/** A deploy to another region would create another stack, with an empty table. */
function regionOf(given: string | undefined, { AWS_REGION }: NodeJS.ProcessEnv): string {
  if (given === undefined && AWS_REGION !== undefined && AWS_REGION !== defaults.region)
    throw new CommandError(
      `AWS_REGION is ${AWS_REGION}, and without --region this deploys to us-east-1: name one.`,
    );
  return given ?? defaults.region;
}
