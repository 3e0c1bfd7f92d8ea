import { type Api, ApiError } from "./api.ts";
import { type Commit, commitsIn, rewindCommand } from "./commits.ts";
import { type DiffLine, diff, nearChanges, prettyLines, type Shown } from "./diff.ts";
import { commandBlock, copyButton, h } from "./dom.ts";
import type { JsonTree } from "./json-tree.ts";
import { count } from "./times.ts";
import { errorBox, loading, section, time } from "./words.ts";

const linesMax = 400;
const linesNear = 3;

const words: Readonly<Record<string, string>> = {
  delivery: "by a delivery",
  rewind: "set manually",
  forget: "deleted manually",
};

interface Target {
  readonly api: Api;
  readonly name: string;
  /** The last commit, which a rewind replaces. */
  readonly current: Commit;
  readonly changed: () => void;
}

/** Returns the current bookmark and its history, with a way back. */
export function historySection(api: Api, name: string, changed: () => void): HTMLElement {
  const now = h("div", {}, loading());
  const list = h("ol", { class: "history" });
  const more = h("div");
  let target: Target | undefined;
  const load = async (before?: number) => {
    const { commits, next } = commitsIn(await api.history(name, before));
    const [current] = commits;
    if (target === undefined && current !== undefined) {
      target = { api, name, current, changed };
      now.replaceChildren(currentValue(current));
    }
    if (target === undefined) {
      now.replaceChildren(h("p", {}, "No bookmark was committed yet."));
      return;
    }
    const shown = target;
    // The last commit of a page is compared with one that the next page has: it is shown there.
    const whole = next === undefined || commits.length < 2 ? commits : commits.slice(0, -1);
    list.append(...whole.map((commit, at) => entryOf(commit, commits[at + 1], shown)));
    more.replaceChildren();
    if (next === undefined) return;
    const older = whole.at(-1)?.revision ?? next;
    const button = h("button", { type: "button", class: "quiet" }, "Show older bookmarks");
    button.addEventListener("click", () => void load(older).catch(fail));
    more.append(button);
  };
  const fail = (error: unknown) => {
    if (target === undefined) now.replaceChildren();
    more.replaceChildren(errorBox(error));
  };
  void load().catch(fail);
  return section("Bookmark", now, h("h3", {}, "History"), list, more);
}

function currentValue({ bookmark, revision, bookmarkType }: Commit): HTMLElement {
  if (bookmark === undefined)
    return h("p", {}, "There is no bookmark: the next run starts from the beginning.");
  const kind = bookmarkType.includes("transit") ? " in transit" : "";
  return h(
    "div",
    {},
    h(
      "p",
      { class: "muted" },
      `Revision ${count(revision)}${kind}. `,
      copyButton(() => bookmark.text, "Copy the value"),
    ),
    code(
      prettyLines(bookmark).map(text => ({ mark: " ", text })),
      "The current bookmark",
    ),
  );
}

/** Returns a commit; `before` is the one that it replaced, if it is known. */
function entryOf(commit: Commit, before: Commit | undefined, target: Target): HTMLElement {
  const { revision, committedAt, by, bookmark } = commit;
  const isCurrent = revision === target.current.revision;
  const isSame = before !== undefined && before.bookmark?.text === bookmark?.text;
  const details = h(
    "details",
    {},
    h(
      "summary",
      {},
      h("b", {}, `Revision ${count(revision)}`),
      " ",
      time(committedAt),
      h("span", { class: by === "delivery" ? "muted" : "accent" }, ` ${words[by] ?? by}`),
      isCurrent ? h("span", { class: "muted" }, ", current") : "",
      isSame ? h("span", { class: "muted" }, ", unchanged") : "",
      bookmark === undefined ? h("span", { class: "muted" }, ", no bookmark") : "",
    ),
  );
  const fill = () => {
    const body = h("div", { class: "entry" });
    if (before === undefined) body.append(bookmark === undefined ? "" : plain(bookmark));
    else if (isSame) body.append(h("p", { class: "muted" }, "This commit did not change the bookmark."));
    else
      body.append(
        h("p", { class: "muted" }, `Compared with revision ${count(before.revision)}:`),
        difference(before.bookmark, bookmark),
      );
    if (!isCurrent) {
      const back = h(
        "button",
        { type: "button" },
        bookmark ? "Go back to this bookmark …" : "Delete the bookmark …",
      );
      back.addEventListener("click", () => ask(commit, target));
      body.append(back);
    }
    details.append(body);
  };
  details.addEventListener("toggle", fill, { once: true });
  return h("li", {}, details);
}

const plain = (tree: JsonTree) =>
  code(
    prettyLines(tree).map(text => ({ mark: " ", text })),
    "The bookmark",
  );

const difference = (before: JsonTree | undefined, after: JsonTree | undefined) =>
  code(nearChanges(diff(before, after), linesNear, linesMax), "Changes of the bookmark");

const spoken = { " ": "", "-": "removed: ", "+": "added: " } as const;

/** Returns lines of JSON. What was removed or added is marked by a sign, a colour and a word for readers. */
function code(lines: readonly Shown[], label: string): HTMLElement {
  const shown = lines
    .slice(0, linesMax)
    .map(line => ("omitted" in line ? omitted(line.omitted) : lineOf(line)));
  const rest = lines.length - shown.length;
  if (rest > 0) shown.push(omitted(rest));
  return h("pre", { class: "diff", tabindex: 0, role: "group", "aria-label": label }, ...shown);
}

const omitted = (number: number) => h("span", { class: "line muted" }, `  … ${count(number)} more lines\n`);

const lineOf = ({ mark, text }: DiffLine) =>
  h(
    mark === "+" ? "ins" : mark === "-" ? "del" : "span",
    { class: "line" },
    h("span", { "aria-hidden": "true" }, `${mark} `),
    h("span", { class: "visually-hidden" }, spoken[mark]),
    `${text}\n`,
  );

/** Asks before it goes back, and shows the command that does the same. */
function ask(commit: Commit, { api, name, current, changed }: Target): void {
  const url = `${location.origin}/v1/streamers/${encodeURIComponent(name)}/bookmark`;
  const { bookmark, bookmarkType, revision } = commit;
  const problem = h("div");
  const cancel = h("button", { type: "button", class: "quiet" }, "Cancel");
  const confirm = h(
    "button",
    { type: "button", class: "danger" },
    bookmark ? "Set this bookmark" : "Delete the bookmark",
  );
  const dialog = h(
    "dialog",
    { "aria-labelledby": "ask" },
    h("h2", { id: "ask" }, `Go back to the bookmark of revision ${count(revision)}?`),
    h(
      "p",
      {},
      `The next run of ${name} starts there and sends everything since then again: `,
      "rows with keys are replaced by the newer ones, rows without keys are added once more. ",
      "This needs a token with the scope admin.",
    ),
    h(
      "p",
      { class: "muted" },
      `If revision ${count(current.revision)} is still the current one, this changes:`,
    ),
    difference(current.bookmark, bookmark),
    h(
      "details",
      { open: true },
      h("summary", {}, "The command that does the same"),
      commandBlock(rewindCommand(commit, current.revision, url)),
    ),
    problem,
    h("div", { class: "buttons" }, cancel, confirm),
  );
  cancel.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  confirm.addEventListener("click", async () => {
    confirm.disabled = true;
    try {
      await api.rewind(name, current.revision, bookmark && { type: bookmarkType, text: bookmark.text });
      dialog.close();
      changed();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      problem.replaceChildren(errorBox(error));
      // Another revision needs another look.
      confirm.disabled = error.status === 412;
    }
  });
  document.body.append(dialog);
  dialog.showModal();
  cancel.focus();
}
