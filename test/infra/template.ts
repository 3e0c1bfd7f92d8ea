/** The parts of a CloudFormation template that the rules read. */
export interface Template {
  readonly Resources: Record<string, Resource | undefined>;
  readonly Outputs: Record<string, unknown>;
}
interface Resource {
  readonly Type: string;
  readonly Properties: unknown;
  readonly DependsOn?: string | readonly string[];
}

/** A change to a template's resources: the value for a dotted path, or undefined to delete it. */
export type Seed = readonly [path: string, value: unknown];

/** The value at a dotted path, or undefined. */
export const at = (value: unknown, path: string): unknown =>
  path
    .split(".")
    .reduce<unknown>((each, name) => (each as Record<string, unknown> | undefined)?.[name], value);

/** The template with a change. */
export function seeded(template: Template, [path, value]: Seed): Template {
  const changed = structuredClone(template);
  const names = path.split(".");
  const last = names.pop()!;
  const parent = names.length === 0 ? changed.Resources : at(changed.Resources, names.join("."));
  (parent as Record<string, unknown>)[last] = value;
  return changed;
}

export const ofType = (template: Template, type: string) =>
  Object.entries(template.Resources).flatMap(([name, resource]) =>
    resource?.Type === type ? [{ name, resource }] : [],
  );

/** Reads a resource's properties. */
export type Get = (path: string) => unknown;
type Passes = (get: Get, name: string) => boolean;

/** A fault for each resource of a type that does not pass. */
export const all =
  (type: string, passes: Passes) =>
  (template: Template): string[] =>
    ofType(template, type).flatMap(({ name, resource }) =>
      passes(path => at(resource.Properties, path), name) ? [] : [name],
    );

/** The values without a resource's name. */
export const each =
  (type: string, passes: Passes) =>
  (template: Template): string[] =>
    ofType(template, type).length === 0 ? [`there is no ${type}`] : all(type, passes)(template);

/** Whether it belongs to a scheduled streamer: infra/scheduled.cjs. */
export const isOfRun = (name: string) => /^Run[A-Z]/.test(name);

/** The permissions in roles. */
export const statements = (template: Template) =>
  ofType(template, "AWS::IAM::Role").flatMap(({ name: role, resource }) =>
    (at(resource.Properties, "Policies") as unknown[]).flatMap(policy =>
      (at(policy, "PolicyDocument.Statement") as unknown[]).map(statement => ({
        role,
        actions: [at(statement, "Action")].flat(),
        resources: [at(statement, "Resource")].flat(),
        condition: at(statement, "Condition"),
      })),
    ),
  );
