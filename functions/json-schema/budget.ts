/** Takes steps off what checking a body may cost. Throws BudgetExceeded if fewer are left. */
export type Spend = (steps: number) => void;

/** A check took more steps than the body's size allows. */
export class BudgetExceeded extends Error {
  override readonly name = "BudgetExceeded";
}
