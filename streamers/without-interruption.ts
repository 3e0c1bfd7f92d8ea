const signals = ["SIGINT", "SIGTERM"] as const;

/**
 * Does work that must not be interrupted: the first Ctrl-C or SIGTERM ends the process after the work, a
 * second one immediately.
 */
export async function withoutInterruption<T>(work: () => Promise<T>): Promise<T> {
  let asked: NodeJS.Signals | undefined;
  const hold = (signal: NodeJS.Signals) => {
    asked = signal;
  };
  for (const signal of signals) process.once(signal, hold);
  try {
    return await work();
  } finally {
    for (const signal of signals) process.off(signal, hold);
    if (asked !== undefined) process.kill(process.pid, asked);
  }
}
