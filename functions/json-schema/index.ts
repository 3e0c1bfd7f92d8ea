/**
 * The door of this package: code outside of it imports this file alone. Compile a schema once as a dialect
 * reads it, then check records within a budget of steps.
 */
export { BudgetExceeded, spendOf } from "./budget.ts";
export { SchemaCompiler } from "./compile.ts";
export { type Dialect, NotASchema, type Reading } from "./dialect.ts";
export { equalityOf } from "./equal.ts";
export { Evaluator } from "./evaluator.ts";
export { numberAsWritten } from "./exact-number.ts";
export { ExactReader } from "./exact-reader.ts";
export type { PlanResources } from "./map-plan.ts";
export type { SchemaNode } from "./node.ts";
export { type Violation, violationsOf } from "./violations.ts";
