import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";
import { mutants } from "../simulation/mutants/mutants.ts";
import { oneLine, paths, root, type TextFile, textFiles } from "./tree.ts";

/** Documents that code names exist, and so does the code that documents name. */
const documents = textFiles(/\.md$/);
const code = textFiles(/\.(ts|cjs|yml)$|^\.ci\/run$/).filter(
  ({ path }) => path !== "test/workshop/documents.test.ts",
);
const documentAt = (path: string) => documents.find(each => each.path === path);

/** The document that a comment names: by its path, or without its folder. */
const named = (name: string) =>
  documentAt(name) ?? documentAt(`docs/${name}`) ?? documents.find(({ path }) => path.endsWith(`/${name}`));

const headingsOf = ({ text }: TextFile) => [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, title]) => title!);

/** The anchor that GitHub makes from a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(" ", "-");

/**
 * A document's name and what may follow it: `#anchor`, `section 1`, `sections 1.3 and 1.5`, `, "Title"`. A
 * path with a host belongs to another project.
 */
const path = String.raw`(?<![\w./-])((?:[\w-]+/)*[\w-]+\.md)`;
const number = String.raw`(\d(?:\.\d)?)`;
const sections = `(?:,? sections? ${number}(?:(?: and | to |, )${number})?)?`;
const reference = new RegExp(`${path}(?:#([\\w-]+)|${sections}(?:, "([^"]+)")?)`, "g");

/** The wrong references to documents in `text`. */
function wrongReferences(text: string): string[] {
  return [...oneLine(text).matchAll(reference)].flatMap(([whole, name, anchor, first, second, title]) => {
    const document = named(name!);
    if (document === undefined) return [`${whole}: no such document`];
    const headings = headingsOf(document);
    const numbers = [first, second].filter(each => each !== undefined);
    const missing = numbers.filter(each => !headings.some(heading => heading.split(/\.? /)[0] === each));
    if (missing.length > 0) return [`${whole}: no section ${missing}`];
    if (anchor !== undefined && !headings.some(each => anchorOf(each) === anchor))
      return [`${whole}: no such anchor`];
    return title === undefined || oneLine(document.text).includes(title) ? [] : [`${whole}: not in it`];
  });
}

describe("documents that code names", () => {
  it("exist, with the section", () => {
    expect(code.flatMap(({ path, text }) => wrongReferences(text).map(each => `${path}: ${each}`))).toEqual(
      [],
    );
  });
  it.each([
    ["docs/none.md", "no such document"],
    ["import-api.md section 9.9", "no section 9.9"],
    ["import-api.md sections 1.3 and 7", "no section 7"],
    ["import-api.md\n * section 9.9", "no section 9.9"],
    ["docs/format.md#not-there", "no such anchor"],
    ['docs/import-api.md section 2, "No such words"', "not in it"],
  ])("and %j would be noticed", (text, fault) => {
    expect(wrongReferences(text)).toEqual([expect.stringContaining(fault)]);
  });
  it.each([
    "docs/format.md",
    "import-api.md sections 1.3 and 1.5",
    'import-api.md section 2, "Reserved names"',
    "docs/operations.md#streamers-on-a-schedule",
    "github.com/singer-io/getting-started/blob/master/docs/SPEC.md",
  ])("%j is fine", text => expect(wrongReferences(text)).toEqual([]));
});

/** Broken links to files of this project. */
function deadLinks({ path, text }: TextFile): string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link]) => {
    if (/^[a-z]+:/.test(link!)) return [];
    const [file, anchor] = link!.split("#") as [string, string?];
    const target = file === "" ? path : normalize(join(dirname(path), file));
    if (!existsSync(join(root, target))) return [`${path}: ${link}`];
    if (anchor === undefined) return [];
    const isThere = headingsOf(documentAt(target)!).some(each => anchorOf(each) === anchor);
    return isThere ? [] : [`${path}: ${link}`];
  });
}

/** Paths in code spans that don't exist. */
function wrongSpans({ text }: TextFile): string[] {
  const spans = [...text.replace(/^```[\s\S]*?^```/gm, "").matchAll(/`([^`\n]+)`/g)].map(([, span]) => span!);
  const folder = /^(cli|docs|examples|functions|infra|streamers|test)\/[\w./-]*\w\/?$/;
  return spans.filter(span => folder.test(span) && !paths.includes(span.replace(/\/$/, "")));
}

describe("what documents say about files", () => {
  it("links work", () => {
    expect(documents.flatMap(deadLinks)).toEqual([]);
    expect(documents.length).toBeGreaterThan(15);
    const text = "[a](none.md) [b](format.md#not-there) [c](format.md) [d](https://example.com/none.md)";
    expect(deadLinks({ path: "docs/seed.md", text })).toEqual([
      "docs/seed.md: none.md",
      "docs/seed.md: format.md#not-there",
    ]);
  });

  it("paths exist", () => {
    expect(documents.flatMap(each => wrongSpans(each).map(span => `${each.path}: ${span}`))).toEqual([]);
    expect(wrongSpans({ path: "", text: "`functions/none.ts` and `test/`, `docs/format.md`" })).toEqual([
      "functions/none.ts",
    ]);
  });
});

it("names in docs/internals.md are the code's", () => {
  const { text } = documentAt("docs/internals.md")!;
  const spans = [...text.matchAll(/`([A-Za-z]+)`/g)].map(([, span]) => span!);
  const names = spans.filter(span => /[a-z][A-Z]/.test(span));
  expect(names.length).toBeGreaterThan(10);
  const all = code.map(each => each.text).join();
  expect(names.filter(name => !new RegExp(`\\b${name}\\b`).test(all))).toEqual([]);
});

describe("figures that documents repeat", () => {
  const guarantees = documentAt("docs/guarantees.md")!.text;

  it("the number of mutants", () => {
    expect(guarantees).toContain(`${mutants.length} plausible bugs`);
  });

  it("the README has the simulation's run of docs/guarantees.md", () => {
    const [, schedules, commits] = /^ *(\d+) schedules .* (\d+) commits, no invariant/m.exec(guarantees)!;
    const said = [schedules, commits].map(count => Number(count).toLocaleString("en"));
    const { text } = documentAt("README.md")!;
    expect(oneLine(text)).toContain(`${said[0]} schedules of faults, ${said[1]} commits, no violation`);
  });
});

it("the repository's address is written in package.json alone", () => {
  const manifest = JSON.parse(textFiles(/^package\.json$/)[0]!.text) as Record<string, unknown>;
  expect(manifest.repository).toMatch(/^$|^https:\/\//);
  expect(Object.keys(manifest)).not.toContain("homepage");
  expect(Object.keys(manifest)).not.toContain("bugs");
  if (manifest.repository === "") return;
  const others = [...documents, ...code].filter(({ path }) => path !== "package.json");
  expect(others.filter(({ text }) => text.includes(String(manifest.repository)))).toEqual([]);
});
