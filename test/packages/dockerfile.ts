import { readFileSync } from "node:fs";

/** docs.docker.com/reference/dockerfile: the instructions that ours has. */
interface Instruction {
  readonly name: string;
  readonly text: string;
  /** The words, or the elements of the JSON form. */
  readonly words: readonly string[];
}

export interface Stage {
  readonly image: string;
  readonly name: string;
  readonly instructions: readonly Instruction[];
}

const root = new URL("../../", import.meta.url);

/** Reads the stages of the Dockerfile. */
export function stages(): Stage[] {
  const lines = readFileSync(new URL("infra/docker/Dockerfile", root), "utf8")
    .replaceAll("\\\n", " ")
    .split("\n");
  const read: { image: string; name: string; instructions: Instruction[] }[] = [];
  for (const line of lines.filter(each => each !== "" && !each.startsWith("#"))) {
    const [, name, text] = /^([A-Z]+) (.+)$/.exec(line) ?? [];
    if (name === undefined || text === undefined) throw new Error(`${line} is not an instruction`);
    const [, image, as] = /^(\S+) AS (\S+)$/.exec(text) ?? [];
    if (name === "FROM") read.push({ image: image!, name: as!, instructions: [] });
    else read.at(-1)!.instructions.push({ name, text, words: wordsOf(text) });
  }
  return read;
}

const wordsOf = (text: string): string[] => {
  const json = /\[.*\]$/.exec(text)?.[0];
  return json === undefined ? text.split(/\s+/) : JSON.parse(json);
};

/** Returns the instructions of a stage with one of these names. */
export const instructionsOf = ({ instructions }: Stage, ...names: string[]) =>
  instructions.filter(({ name }) => names.includes(name));
