import { CommandError } from "../run-command.ts";
import type { Stack } from "./stack.ts";
import { holdsData, type Template } from "./template.ts";

/**
 * The parameters that name resources with data, the output that names the one in use, and the stack's own.
 */
const named = {
  table: { output: "TableName", own: "Table" },
  archive: { output: "ArchiveBucket", own: "Archive" },
  accountsSecret: { output: "AccountsSecretArn", own: "Secret" },
};

interface Change {
  /** Its name for `--allow`. */
  readonly name: string;
  readonly sentence: string;
}

/** Throws CommandError for a deploy that would replace or drop data of the stack, unless that is allowed. */
export function refuseChanges(stack: Stack, template: Template, allowed: readonly string[]): void {
  const changes = changesOf(stack, template);
  const refused = changes.filter(({ name }) => !allowed.includes(name));
  if (refused.length === 0) return;
  const flags = refused.map(({ name }) => `--allow ${name}`).join(" ");
  throw new CommandError(
    `${refused.map(({ sentence }) => sentence).join("\n")}\n` +
      `Nothing was changed. Omitted parameters return to their defaults. To do it anyway, add ${flags}.`,
  );
}

/** Returns the changes of data that a deploy would make, a sentence each. */
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
      sentence:
        `This deploy drops ${id} from the stack: ` +
        `${physical} is kept in the account, and a later deploy makes a new one.`,
    })),
  ];
}

/** Returns the table, archive or secret that the stack uses after the deploy, if it exists already. */
function nextOf({ data }: Stack, { Outputs }: Template, output: string, own: string): string | undefined {
  const value = Outputs[output]?.Value;
  return typeof value === "string" ? value : data[own];
}

/** Returns the resources that the stack policy still has to protect in a deploy that may drop others. */
export const protectedIn = ({ data }: Stack, { Resources }: Template): string[] =>
  Object.keys(data).filter(id => Resources[id] !== undefined && holdsData(id, Resources[id].Type));
