import {
  GetAccountSettingsCommand,
  GetFunctionConcurrencyCommand,
  type LambdaClient,
} from "@aws-sdk/client-lambda";
import { CommandError } from "../run-command.ts";

/**
 * Lambda requires this much of an account's concurrency to stay unreserved, or all of it if the account has
 * less: docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html; "below its minimum value of
 * [10]" in an account of ten, "[50]" in one of 50: awslabs/fhir-works-on-aws-deployment#691,
 * aws-samples/s3-to-lambda-patterns#36.
 */
const unreservedMin = 100;
/** Below this limit, bursts of deliveries are refused. */
const lowLimit = 10;

/**
 * Checks the concurrency to reserve, by the functions' names, against the account's limit. Returns a note
 * for the operator. Throws CommandError if Lambda would refuse it.
 */
export async function checkQuota(
  lambda: LambdaClient,
  reserved: Readonly<Record<string, number>>,
): Promise<string[]> {
  const { AccountLimit } = await lambda.send(new GetAccountSettingsCommand({}));
  const { ConcurrentExecutions: limit = 0, UnreservedConcurrentExecutions: unreserved = 0 } =
    AccountLimit ?? {};
  const more = await moreThanNow(lambda, reserved);
  const kept = Math.min(limit, unreservedMin);
  if (more > 0 && unreserved - more < kept)
    throw new CommandError(
      `This deploy reserves ${more} runs at a time more than now. ` +
        `The account has ${limit}, of which ${unreserved} are not reserved, and Lambda keeps ${kept} so. ` +
        `Deploy with --param concurrency=none, or ask for a higher limit:\n  ${request}`,
    );
  return limit > lowLimit
    ? []
    : [`This account runs ${limit} functions at a time, as new ones do. For more:\n  ${request}`];
}

/** docs.aws.amazon.com/general/latest/gr/lambda-service.html, "Concurrent executions". */
const request =
  "aws service-quotas request-service-quota-increase --service-code lambda " +
  "--quota-code L-B99A9384 --desired-value 1000";

async function moreThanNow(
  lambda: LambdaClient,
  reserved: Readonly<Record<string, number>>,
): Promise<number> {
  const differences = await Promise.all(
    Object.entries(reserved).map(async ([name, runs]) => runs - (await reservedNow(lambda, name))),
  );
  return differences.reduce((sum, each) => sum + each, 0);
}

async function reservedNow(lambda: LambdaClient, FunctionName: string): Promise<number> {
  try {
    const { ReservedConcurrentExecutions = 0 } = await lambda.send(
      new GetFunctionConcurrencyCommand({ FunctionName }),
    );
    return ReservedConcurrentExecutions;
  } catch (error) {
    if (error instanceof Error && error.name === "ResourceNotFoundException") return 0;
    throw error;
  }
}
