/** An end whose message says it all, and the exit code it ends with. */
export class Told extends Error {
  override readonly name = "Told";
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}
