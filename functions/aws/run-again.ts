import { ConflictException, CreateScheduleCommand, type SchedulerClient } from "@aws-sdk/client-scheduler";

/** A function that is started once more, as its own schedule starts it. */
export interface Started {
  readonly functionArn: string;
  readonly roleArn: string;
  readonly deadLettersArn: string;
}

/** A schedule's instants are whole seconds, and it may start within the minute that follows. */
const afterMilliseconds = 5_000;

/** The schedule has the function's name, so that it is legal whenever the function's is: both may have 64 characters. */
const nameOf = (functionArn: string) => functionArn.split(":")[6]!;

/** Has a function started in a moment: resolves once that is certain. Lambda would end a function that calls itself for long. */
export async function runAgain(client: SchedulerClient, started: Started, now: number): Promise<void> {
  const { functionArn: Arn, roleArn: RoleArn, deadLettersArn } = started;
  const at = new Date(now + afterMilliseconds).toISOString().slice(0, "2026-01-01T00:00:00".length);
  const schedule = new CreateScheduleCommand({
    // It is gone once it has started the function.
    Name: nameOf(Arn),
    ScheduleExpression: `at(${at})`,
    FlexibleTimeWindow: { Mode: "OFF" },
    ActionAfterCompletion: "DELETE",
    Target: { Arn, RoleArn, DeadLetterConfig: { Arn: deadLettersArn } },
  });
  try {
    await client.send(schedule);
  } catch (error) {
    // It is due already.
    if (!(error instanceof ConflictException)) throw error;
  }
}
