import { isDeepStrictEqual } from "node:util";
import { at } from "../template.ts";

/** The parts of a template that the stand-in reads. */
export interface StandInTemplate {
  readonly Resources: Readonly<Record<string, StandInResource>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown }>>;
}
export interface StandInResource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** An existing resource. */
export interface Made {
  readonly id: string;
  readonly physical: string;
  resource: StandInResource;
}

/** The statements of a stack policy. */
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

/** Lambda's rule for unreserved concurrency: infra/deploy/quota.ts names the sources. */
const unreservedMin = 100;

/**
 * An AWS account, as far as CloudFormation changes it: it creates, deletes and rolls back resources by
 * their DeletionPolicy, keeps protected tables, refuses Lambda reservations beyond the limit, and obeys
 * stack policies.
 */
export class Account {
  /** The concurrency of functions, here of a new account. */
  limit = 10;
  /** Logical ids of resources whose creation or update fails. */
  readonly failing = new Set<string>();
  readonly stacks = new Map<string, StandInStack>();
  /** Resources that outlive their stack. */
  readonly orphans: Made[] = [];
  /** Tables with deletion protection. */
  readonly protectedTables = new Set<string>();
  readonly #url: () => string;
  #made = 0;

  constructor(url: () => string) {
    this.#url = url;
  }

  /** Creates an empty stack. */
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

  /** Changes a stack to the template, or not at all. */
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

  /** Creates and updates the template's resources until one fails. Returns that one. */
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

  /** Deletes what a failed deploy has created, unless its policy or its protection keeps it. */
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

  /** Lambda's message about a reservation for which the account has no room. */
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

/** A table's keys never change. */
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
