/** Charges steps to the budget of a body's checks. Throws BudgetExceeded if fewer are left. */
export type Spend = (steps: number) => void;

/** A check took more steps than the body's size allows. */
export class BudgetExceeded extends Error {
  override readonly name = "BudgetExceeded";
}

/** Returns a budget of this many steps. */
export function spendOf(steps: number): Spend {
  let left = steps;
  return spent => {
    left -= spent;
    if (left < 0) throw new BudgetExceeded();
  };
}

/** A text's characters and a number's digits cost the assertions' weight divided by this. */
const weightPerStep = 32;

/** Returns the steps that reading so many characters or digits costs. */
export const stepsOfText = (chars: number, weight: number): number =>
  Math.floor((chars * weight) / weightPerStep);

/** Returns false if the budget is used up: the record's evaluator has another one, and decides. */
export function isOverBudget(error: unknown): false {
  if (error instanceof BudgetExceeded) return false;
  throw error;
}
