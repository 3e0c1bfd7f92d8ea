import { CommandError } from "../run-command.ts";
import type { Stack } from "./stack.ts";
import { holdsData, type Template } from "./template.ts";

/** Parameters that name what holds data: the stack's output that says which it uses, and its own resource. */
const named = {
  table: { output: "TableName", own: "Table" },
  archive: { output: "ArchiveBucket", own: "Archive" },
  accountsSecret: { output: "AccountsSecretArn", own: "Secret" },
};

interface Change {
  /** What `--allow` calls it. */
  readonly name: string;
  readonly sentence: string;
}

/** Refuses a deploy that would use other data than the stack does, or drop some, unless it was allowed. Throws CommandError. */
export function refuseChanges(stack: Stack, template: Template, allowed: readonly string[]): void {
  const changes = changesOf(stack, template);
  const refused = changes.filter(({ name }) => !allowed.includes(name));
  if (refused.length === 0) return;
  const flags = refused.map(({ name }) => `--allow ${name}`).join(" ");
  throw new CommandError(
    `${refused.map(({ sentence }) => sentence).join("\n")}\n` +
      `Nothing was changed. Parameters that are left out go back to their defaults. If it is what you want, add ${flags}.`,
  );
}

/** What of the data a deploy would change, in words. */
function changesOf(stack: Stack, template: Template): Change[] {
  const others = Object.entries(named).flatMap(([name, { output, own }]) => {
    const now = stack.outputs[output];
    const next = nextOf(stack, template, output, own);
    return now === undefined || now === next
      ? []
      : [
          {
            name,
            sentence: `The stack uses the ${name} ${now}, and this deploy ${next ?? "a new and empty one"}.`,
          },
        ];
  });
  const owns = Object.values(named).map(({ own }) => own);
  const dropped = Object.entries(stack.data).filter(
    ([id]) => template.Resources[id] === undefined && !owns.includes(id),
  );
  return [
    ...others,
    ...dropped.map(([id, physical]) => ({
      name: id,
      sentence: `This deploy drops ${id} from the stack: ${physical} is kept in the account, and a later deploy makes a new one.`,
    })),
  ];
}

/** Which table, archive or secret the stack uses after the deploy, if it is there already. */
function nextOf({ data }: Stack, { Outputs }: Template, output: string, own: string): string | undefined {
  const value = Outputs[output]?.Value;
  return typeof value === "string" ? value : data[own];
}

/** What a stack policy may not protect in a deploy that was allowed to change it, and what it still has to. */
export const protectedIn = ({ data }: Stack, { Resources }: Template): string[] =>
  Object.keys(data).filter(id => Resources[id] !== undefined && holdsData(id, Resources[id].Type));
