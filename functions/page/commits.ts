import { type JsonTree, memberOf, parseTree } from "./json-tree.ts";

/** A commit of the history, whose bookmark keeps its own text. */
export interface Commit {
  readonly revision: number;
  readonly committedAt: string;
  readonly by: string;
  readonly bookmark: JsonTree | undefined;
  readonly bookmarkType: string;
}

export interface CommitPage {
  /** The streamer's current revision. */
  readonly revision: number;
  readonly commits: readonly Commit[];
  readonly next: number | undefined;
}

/** Reads a page of history. */
export function commitsIn(text: string): CommitPage {
  const { revision, next, history } = JSON.parse(text) as {
    readonly revision: number;
    readonly next?: number;
    readonly history: readonly (Omit<Commit, "bookmark"> & { readonly bookmarkType?: string })[];
  };
  const list = memberOf(parseTree(text), "history");
  const trees = list?.kind === "array" ? list.items : [];
  const commits = history.map(({ revision, committedAt, by, bookmarkType = "" }, at) => {
    return { revision, committedAt, by, bookmarkType, bookmark: memberOf(trees[at], "bookmark") };
  });
  return { revision, commits, next };
}

/** Returns a text as one word of a POSIX shell. */
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** Linux passes at most 128 KiB as one argument: a longer bookmark follows the command, as its input. */
const argumentCharsMax = 8_000;

/** Returns the command that goes back to a commit's bookmark, if the revision is still `revision`. */
export function rewindCommand(
  { bookmark, bookmarkType }: Pick<Commit, "bookmark" | "bookmarkType">,
  revision: number,
  url: string,
): string {
  const isLong = bookmark !== undefined && bookmark.text.length > argumentCharsMax;
  const lines = [
    `curl -X ${bookmark === undefined ? "DELETE" : "PUT"} -H "Authorization: Bearer $TOKEN"`,
    `-H 'If-Match: "${revision}"'`,
  ];
  if (bookmark !== undefined) {
    const data = isLong ? "@-" : quoted(bookmark.text);
    lines.push(`-H 'Content-Type: ${bookmarkType}'`, `--data-binary ${data}`);
  }
  const command = [...lines, quoted(url)].join(" \\\n  ");
  return isLong ? `${command} <<'BOOKMARK'\n${bookmark.text}\nBOOKMARK` : command;
}
