import { type MapCheck, nothingRequired, type SlotCheck, undecided } from "../values/slot-check.ts";
import { Kind } from "../values/visitor.ts";
import type { Assertions } from "./assertions.ts";
import { BudgetExceeded } from "./budget.ts";
import type { MakePlan, PlanResources } from "./map-plan.ts";
import type { SchemaNode } from "./node.ts";
import { Plan, type PlanMaker } from "./plan.ts";

/** A plan takes about a kilobyte. Values that would need further ones are left to the evaluator. */
const plansMax = 10_000;

/** A schema's check of records. It is kept with the schema: one body uses it at a time. */
export class RecordPlan {
  readonly #node: SchemaNode;
  readonly #plans = new Plans();

  constructor(node: SchemaNode) {
    this.#node = node;
  }

  /** The number of its plans so far; large ones count as several. */
  get size(): number {
    return this.#plans.count;
  }

  /**
   * Returns the check, made within the budget for plans; undefined if only the evaluator can check the
   * records. The body's evaluators check values for which there is no faster way.
   */
  within(resources: PlanResources): MapCheck | undefined {
    this.#plans.begin(resources);
    const { always, map } = this.#plans.of([this.#node])!;
    return ((always >> Kind.map) & 1) === 1 ? (map ?? nothingRequired) : undefined;
  }
}

/** Makes the checks of a table's records. */
class Plans implements PlanMaker {
  resources!: PlanResources;
  /** How many there are: names that match several patterns may need ever more. */
  count = 0;
  /** Whether the body has used up its budget for plans. */
  #isSpent = false;
  /** Equal types share their assertions, so a thousand columns have few checks. */
  readonly #byRules = new Map<Assertions, Plan>();
  /** A map's members may have many names and one schema. */
  readonly #byNode = new Map<SchemaNode, Plan>();
  /** The plans of several schemas, by their numbers. */
  readonly #byNumbers = new Map<string, Plan>();
  readonly #numbers = new Map<SchemaNode, number>();

  /** Begins a body, unless it is the same one. */
  begin(resources: PlanResources): void {
    if (this.resources === resources) return;
    this.resources = resources;
    this.#isSpent = false;
  }

  /**
   * Returns the check of values to which all of `nodes` apply; undefined if there are none. A value that the
   * check accepts conforms. For any other value, the evaluator decides.
   */
  readonly of: MakePlan = nodes => {
    const [node] = nodes;
    if (node === undefined) return undefined;
    if (nodes.length > 1)
      return this.#kept(this.#byNumbers, nodes.map(each => this.#numberOf(each)).join(), nodes);
    const { rules, applicators } = node;
    return applicators === undefined && rules !== undefined
      ? this.#kept(this.#byRules, rules, nodes)
      : this.#kept(this.#byNode, node, nodes);
  };

  #kept<Key>(plans: Map<Key, Plan>, key: Key, nodes: readonly SchemaNode[]): SlotCheck {
    const known = plans.get(key);
    if (known !== undefined) return known;
    const plan = this.#made(nodes);
    if (plan instanceof Plan) plans.set(key, plan);
    return plan;
  }

  #numberOf(node: SchemaNode): number {
    const number = this.#numbers.get(node) ?? this.#numbers.size;
    this.#numbers.set(node, number);
    return number;
  }

  #made(nodes: readonly SchemaNode[]): SlotCheck {
    if (this.count >= plansMax || this.#isSpent) return undecided;
    try {
      const plan = new Plan(nodes, this);
      this.count++;
      return plan;
    } catch (error) {
      if (!(error instanceof BudgetExceeded)) throw error;
      this.#isSpent = true;
      return undecided;
    }
  }
}
