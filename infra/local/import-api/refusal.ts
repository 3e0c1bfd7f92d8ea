/** A refusal with the status and body that import-api.md quotes. A string is sent as plain text. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: object | string;

  constructor(status: number, body: object | string) {
    super(`refused with ${status}`);
    this.status = status;
    this.body = body;
  }
}

export const recordsMax = 20_000;
export const dataPointsMax = 10_000;
export const keyCharsMax = 1_024;

/** The real service documents the limit but not its message: this one is ours. */
export const tooManyDataPoints = (record: number) =>
  new Refusal(400, {
    error: `Record ${record} has more than ${dataPointsMax} data points (the sandbox's words)`,
  });
