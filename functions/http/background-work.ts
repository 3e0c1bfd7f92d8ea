/**
 * Work that runs next to a request and that its response does not depend on. Lambda freezes a function once
 * it has responded and may resume it in another invocation, so nothing may still be in flight by then.
 */
export class BackgroundWork {
  readonly #responded = new AbortController();
  readonly #running: Promise<void>[] = [];

  /**
   * Starts `work`, which must end soon after its signal is aborted. An earlier failure is logged under
   * `name`.
   */
  start(name: string, work: (signal: AbortSignal) => Promise<void>): void {
    const { signal } = this.#responded;
    this.#running.push(
      work(signal).catch((error: unknown) => {
        if (!signal.aborted) warn(name, error);
      }),
    );
  }

  /** Aborts what is in flight and waits until it has ended. The response is ready. */
  async end(): Promise<void> {
    this.#responded.abort();
    await Promise.all(this.#running);
  }
}

/** Logs the error's name only: a service's message may quote the request. */
function warn(name: string, error: unknown): void {
  const message = `${name} failed; the request was answered without it.`;
  const cause = error instanceof Error ? error.name : undefined;
  process.stderr.write(`${JSON.stringify({ level: "WARN", message, cause })}\n`);
}
