/** A CloudFormation template, as far as the rules look into it. */
export interface Template {
  readonly Resources: Record<string, Resource | undefined>;
}
interface Resource {
  readonly Type: string;
  readonly Properties: unknown;
}

/** A change to a template's resources: what to put at a path of dots; undefined takes away what is there. */
export type Seed = readonly [path: string, value: unknown];

/** The value at a path of dots, or undefined. */
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

/** A fault for each resource of a type that does not pass, and where there is none. */
export const each =
  (type: string, passes: (get: (path: string) => unknown, name: string) => boolean) =>
  (template: Template): string[] => {
    const found = ofType(template, type);
    if (found.length === 0) return [`there is no ${type}`];
    return found.flatMap(({ name, resource }) =>
      passes(path => at(resource.Properties, path), name) ? [] : [name],
    );
  };

/** What roles allow. */
export const statements = (template: Template) =>
  ofType(template, "AWS::IAM::Role").flatMap(({ name: role, resource }) =>
    (at(resource.Properties, "Policies") as unknown[]).flatMap(policy =>
      (at(policy, "PolicyDocument.Statement") as unknown[]).map(statement => ({
        role,
        actions: [at(statement, "Action")].flat(),
        resources: [at(statement, "Resource")].flat(),
      })),
    ),
  );
