import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import fixture from "../../contracts/fixtures/items-of-4e7ef53.json" with { type: "json" };
import type { Attributes } from "./condition.ts";
import type { TableCommand } from "./table.ts";

/**
 * An earlier version of the code next to the one under test. It reads and writes items as that version did,
 * with the attributes in its items. It doesn't know any other attribute, which is lost when it writes the
 * item.
 */
export class OldCode {
  /** The attributes of each kind of item, and of each map by its name, wherever it is. */
  readonly #known = new Map<string, Set<string>>();

  constructor(items = fixture.items as unknown as readonly Attributes[]) {
    for (const item of items) this.#learn(kindOf(item), item);
  }

  written(command: TableCommand): TableCommand {
    if (!(command instanceof PutItemCommand)) return command;
    return new PutItemCommand({ ...command.input, Item: this.#knownOf(command.input.Item!) });
  }

  read(output: object): object {
    const { Item, Items } = output as { readonly Item?: Attributes; readonly Items?: readonly Attributes[] };
    if (Item !== undefined) return { ...output, Item: this.#knownOf(Item) };
    if (Items === undefined) return output;
    // That version asks for no item of another kind.
    const known = Items.filter(item => this.#known.has(kindOf(item)));
    return { ...output, Items: known.map(item => this.#knownOf(item)) };
  }

  #learn(kind: string, map: Attributes): void {
    const known = this.#known.get(kind) ?? new Set();
    this.#known.set(kind, known);
    for (const [name, { M }] of Object.entries(map)) {
      known.add(name);
      if (M !== undefined) this.#learn(`.${name}`, M);
    }
  }

  #knownOf(map: Attributes, kind = kindOf(map)): Attributes {
    const known = Object.entries(map).filter(([name]) => this.#known.get(kind)?.has(name));
    return Object.fromEntries(
      known.map(([name, value]) => [
        name,
        value.M === undefined ? value : { M: this.#knownOf(value.M, `.${name}`) },
      ]),
    );
  }
}

/** An item's kind: `tokens`, `streamers`; in a streamer's partition `state`, `key`, `delivery`, `commit`. */
function kindOf({ pk, sk }: Attributes): string {
  const [partition] = pk!.S!.split("#");
  if (partition === "streamer") return sk!.S!.split("#")[0]!;
  // This world's tokens are stored where the newer version stores them.
  return partition === "token" ? "tokens" : partition!;
}
