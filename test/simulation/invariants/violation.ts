/** A broken promise of the product, by the name that docs/guarantees.md gives it. */
export class Violation extends Error {
  override readonly name = "Violation";

  constructor(invariant: string, message: string) {
    super(`${invariant}: ${message}`);
  }
}
