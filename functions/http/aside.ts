/**
 * Work next to a request, which its answer does not depend on. Lambda freezes a function once it has answered and wakes it in
 * another invocation, so that nothing may still be in flight then.
 */
export class Aside {
  readonly #answered = new AbortController();
  readonly #works: Promise<void>[] = [];

  /** Starts `work`, which has to end soon after its signal is aborted. What it fails with before is logged under `name`. */
  start(name: string, work: (signal: AbortSignal) => Promise<void>): void {
    const { signal } = this.#answered;
    this.#works.push(
      work(signal).catch((error: unknown) => {
        if (!signal.aborted) warn(name, error);
      }),
    );
  }

  /** The answer is ready: aborts what is in flight, and waits until it has ended. */
  async end(): Promise<void> {
    this.#answered.abort();
    await Promise.all(this.#works);
  }
}

/** By the error's name alone: a service's message may quote what it was sent. */
function warn(name: string, error: unknown): void {
  const message = `${name} failed; the request was answered without it.`;
  const cause = error instanceof Error ? error.name : undefined;
  process.stderr.write(`${JSON.stringify({ level: "WARN", message, cause })}\n`);
}
