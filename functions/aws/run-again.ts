import { ConflictException, CreateScheduleCommand, type SchedulerClient } from "@aws-sdk/client-scheduler";

/** A function to start, with the role and the dead-letter queue of its own schedule. */
export interface ScheduledFunction {
  readonly functionArn: string;
  readonly roleArn: string;
  readonly deadLettersArn: string;
  /** The chain that the next run continues: its input. */
  readonly chain: string;
}

/** A schedule's times are whole seconds, and it may start up to a minute late. */
const afterMilliseconds = 5_000;
/**
 * EventBridge's own defaults are a day and 185 attempts: by then the stream's schedule has started others.
 */
const startSecondsMax = 3_600;
const startRetriesMax = 10;

/** The schedule has the function's name, which is valid for it too: both may have 64 characters. */
const nameOf = (functionArn: string) => functionArn.split(":")[6]!;

/**
 * Schedules a function to start in a few seconds, and resolves once the schedule exists. A function that
 * invokes itself would be stopped by Lambda's loop detection.
 */
export async function scheduleNextRun(
  client: SchedulerClient,
  scheduled: ScheduledFunction,
  now: number,
): Promise<void> {
  const { functionArn: Arn, roleArn: RoleArn, deadLettersArn, chain } = scheduled;
  const at = new Date(now + afterMilliseconds).toISOString().slice(0, "2026-01-01T00:00:00".length);
  const schedule = new CreateScheduleCommand({
    // EventBridge deletes it once it has started the function.
    Name: nameOf(Arn),
    ScheduleExpression: `at(${at})`,
    FlexibleTimeWindow: { Mode: "OFF" },
    ActionAfterCompletion: "DELETE",
    Target: {
      Arn,
      RoleArn,
      DeadLetterConfig: { Arn: deadLettersArn },
      RetryPolicy: { MaximumEventAgeInSeconds: startSecondsMax, MaximumRetryAttempts: startRetriesMax },
      Input: JSON.stringify({ again: chain }),
    },
  });
  try {
    await client.send(schedule);
  } catch (error) {
    // The schedule exists already.
    if (!(error instanceof ConflictException)) throw error;
  }
}
