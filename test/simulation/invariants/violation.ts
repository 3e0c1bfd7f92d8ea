/** A broken promise of the product, with its name in docs/guarantees.md. */
export class Violation extends Error {
  override readonly name = "Violation";

  constructor(invariant: string, message: string) {
    super(`${invariant}: ${message}`);
  }
}
