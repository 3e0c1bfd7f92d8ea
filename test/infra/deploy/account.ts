import { isDeepStrictEqual } from "node:util";
import { at } from "../template.ts";

/** A template, as far as the stand-in reads it. */
export interface StandInTemplate {
  readonly Resources: Readonly<Record<string, StandInResource>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown }>>;
}
export interface StandInResource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** A resource that is there. */
export interface Made {
  readonly id: string;
  readonly physical: string;
  resource: StandInResource;
}

/** What a stack policy's statements say. */
type Policy = { readonly Statement: readonly Readonly<Record<string, unknown>>[] };

interface StackEvent {
  readonly id: string;
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
}

export interface StandInStack {
  readonly name: string;
  status: string;
  template: StandInTemplate;
  resources: readonly Made[];
  policy: string | undefined;
  isProtected: boolean;
  tags: Record<string, string>;
  /** Oldest first. */
  readonly events: StackEvent[];
}

/** Lambda's rule for what stays unreserved: infra/deploy/quota.ts names the sources. */
const unreservedMin = 100;

/**
 * An AWS account, as far as CloudFormation changes it: resources are made, dropped and rolled back by their
 * DeletionPolicy, protected tables stay, Lambda refuses reservations beyond the limit, and stack policies
 * hold.
 */
export class Account {
  /** How many functions run at a time; a new account's. */
  limit = 10;
  /** Resources whose creation or update fails, by their names in the template. */
  readonly failing = new Set<string>();
  readonly stacks = new Map<string, StandInStack>();
  /** What is there outside of any stack, for good. */
  readonly orphans: Made[] = [];
  /** Tables that deletion protection is on for. */
  readonly protectedTables = new Set<string>();
  readonly #url: () => string;
  #made = 0;

  constructor(url: () => string) {
    this.#url = url;
  }

  /** A stack that is not there yet. */
  create(name: string): StandInStack {
    const stack = {
      name,
      status: "REVIEW_IN_PROGRESS",
      template: { Resources: {} },
      resources: [],
      policy: undefined,
      isProtected: false,
      tags: {},
      events: [],
    };
    this.stacks.set(name, stack);
    return stack;
  }

  /** Changes a stack to what the template says, or not at all. */
  apply(stack: StandInStack, template: StandInTemplate, event = eventsOf(stack)): void {
    const action =
      stack.resources.length === 0 && stack.status === "REVIEW_IN_PROGRESS" ? "CREATE" : "UPDATE";
    event(`${action}_IN_PROGRESS`);
    const made: Made[] = [];
    const failure = this.#change(stack, template, made, event);
    if (failure === undefined) {
      this.#finish(stack, template, made);
      event(`${action}_COMPLETE`);
    } else {
      const rollback = action === "CREATE" ? "ROLLBACK" : "UPDATE_ROLLBACK";
      event(`${rollback}_IN_PROGRESS`);
      for (const each of made) this.#rollBack(each);
      event(`${rollback}_COMPLETE`);
    }
  }

  /** Makes and updates what the template has, until something fails: returns that. */
  #change(stack: StandInStack, template: StandInTemplate, made: Made[], event: Event): string | undefined {
    for (const { id, resource } of stack.resources) {
      const next = template.Resources[id];
      const action = next === undefined ? "Update:Delete" : isReplaced(resource, next) && "Update:Replace";
      if (action && isDenied(stack, id, resource.Type, action)) {
        event(
          "UPDATE_FAILED",
          id,
          resource.Type,
          `Action denied by stack policy: does not allow [${action}]`,
        );
        return id;
      }
    }
    for (const [id, resource] of Object.entries(template.Resources)) {
      const isThere = stack.resources.some(each => each.id === id);
      const reason = this.failing.has(id) ? `${id} can't be made` : this.#refused(resource);
      if (reason !== undefined) {
        event(isThere ? "UPDATE_FAILED" : "CREATE_FAILED", id, resource.Type, reason);
        return id;
      }
      if (!isThere) made.push(this.#make(stack, id, resource));
    }
    return undefined;
  }

  #make({ name }: StandInStack, id: string, resource: StandInResource): Made {
    const given = resource.Properties?.FunctionName;
    const physical = typeof given === "string" ? given : `${name}-${id}-${++this.#made}`.toLowerCase();
    if (resource.Properties?.DeletionProtectionEnabled === true) this.protectedTables.add(physical);
    return { id, physical, resource };
  }

  /** Takes away what a failed deploy has made, unless its policy or its protection keeps it. */
  #rollBack(made: Made): void {
    const { DeletionPolicy } = made.resource;
    if (DeletionPolicy === "Retain" || this.protectedTables.has(made.physical)) this.orphans.push(made);
  }

  #finish(stack: StandInStack, template: StandInTemplate, made: readonly Made[]): void {
    const isKept = ({ id }: Made) => template.Resources[id] !== undefined;
    for (const dropped of stack.resources.filter(each => !isKept(each)))
      if (dropped.resource.DeletionPolicy?.startsWith("Retain") || this.protectedTables.has(dropped.physical))
        this.orphans.push(dropped);
    stack.resources = [...stack.resources.filter(isKept), ...made];
    for (const each of stack.resources) {
      each.resource = template.Resources[each.id]!;
      if (each.resource.Properties?.DeletionProtectionEnabled === true)
        this.protectedTables.add(each.physical);
    }
    stack.template = template;
  }

  /** What Lambda says of a reservation that the account has no room for. */
  #refused({ Properties: { ReservedConcurrentExecutions: runs } = {} }: StandInResource): string | undefined {
    const kept = Math.min(this.limit, unreservedMin);
    return typeof runs === "number" && this.limit - runs < kept
      ? "Specified ReservedConcurrentExecutions for function decreases account's " +
          `UnreservedConcurrentExecution below its minimum value of [${kept}].`
      : undefined;
  }

  outputsOf({ template, resources }: StandInStack): Record<string, string> {
    return Object.fromEntries(
      Object.entries(template.Outputs ?? {}).map(([key, { Value }]) => {
        const made = resources.find(({ id }) => id === at(Value, "Ref"));
        const value = typeof Value === "string" ? Value : (made?.physical ?? this.#url());
        return [key, value];
      }),
    );
  }
}

type Event = (status: string, id?: string, type?: string, reason?: string) => void;

const eventsOf =
  (stack: StandInStack): Event =>
  (status, id = stack.name, type = "AWS::CloudFormation::Stack", reason = "") => {
    stack.events.push({ id, type, status, reason });
    if (id === stack.name) stack.status = status;
  };

/** A table's keys are its own for good. */
const isReplaced = (now: StandInResource, next: StandInResource) =>
  !isDeepStrictEqual(now.Properties?.KeySchema, next.Properties?.KeySchema);

/** docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/protect-stack-resources.html */
function isDenied({ policy }: StandInStack, id: string, type: string, action: string): boolean {
  if (policy === undefined) return false;
  return (JSON.parse(policy) as Policy).Statement.some(statement => {
    const types = at(statement, "Condition.StringEquals.ResourceType") as string[] | undefined;
    const resources = [statement.Resource].flat();
    return (
      statement.Effect === "Deny" &&
      [statement.Action].flat().includes(action) &&
      (resources.includes("*") || resources.includes(`LogicalResourceId/${id}`)) &&
      (types === undefined || types.includes(type))
    );
  });
}
