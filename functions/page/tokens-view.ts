import type { Token } from "./answers.ts";
import { type Api, ApiError } from "./api.ts";
import { commandBlock, h } from "./dom.ts";
import { errorBox, loading, section, time } from "./words.ts";

const scopes = ["write", "read", "admin"] as const;
const lifetimes: readonly (readonly [duration: string, words: string])[] = [
  ["P30D", "30 days"],
  ["P90D", "90 days"],
  ["P365D", "a year"],
  ["", "never"],
];

/** Returns the tokens that this token's `admin` reaches: create, list and revoke them. */
export function tokensView(api: Api, signal: AbortSignal): HTMLElement {
  const list = h("div", {}, loading());
  const problem = h("div");
  const root = h("div", {}, h("div", { class: "headline" }, h("h1", { tabindex: -1 }, "Tokens")), problem);
  const fail = (error: unknown) => {
    if (!(error instanceof ApiError)) throw error;
    problem.replaceChildren(errorBox(error));
    root.dispatchEvent(new CustomEvent("failed", { detail: error, bubbles: true }));
  };
  const load = async () => {
    try {
      const tokens: Token[] = [];
      let next: string | undefined;
      do {
        const page = await api.tokens(next);
        tokens.push(...page.tokens);
        next = page.next;
      } while (next !== undefined && !signal.aborted);
      if (signal.aborted) return;
      if (!create.isConnected) root.append(create, section("Existing tokens", list));
      list.replaceChildren(tokenTable(api, tokens, () => void load(), fail));
    } catch (error) {
      if (!signal.aborted) fail(error);
    }
  };
  const create = createForm(api, () => void load());
  void load();
  return root;
}

function createForm(api: Api, created: () => void): HTMLElement {
  const streamer = h("input", {
    id: "new-streamer",
    required: true,
    spellcheck: "false",
    autocapitalize: "off",
  });
  const expires = h(
    "select",
    { id: "new-expires" },
    ...lifetimes.map(([value, words]) => h("option", { value, selected: value === "P90D" }, words)),
  );
  const boxes = scopes.map(scope =>
    h("input", { type: "checkbox", value: scope, checked: scope !== "admin" }),
  );
  const result = h("div", { role: "status" });
  const form = h(
    "form",
    {},
    h(
      "div",
      { class: "form" },
      h("div", {}, h("label", { for: "new-streamer" }, "Streamer, or * for all"), streamer),
      h(
        "fieldset",
        {},
        h("legend", {}, "Scopes"),
        ...scopes.map((scope, at) => h("label", {}, boxes[at]!, scope)),
      ),
      h("div", {}, h("label", { for: "new-expires" }, "Expires after"), expires),
      h("button", { type: "submit", class: "primary" }, "Create a token"),
    ),
    result,
  );
  form.addEventListener("submit", async event => {
    event.preventDefault();
    const grant = {
      streamer: streamer.value.trim(),
      scopes: boxes.filter(box => box.checked).map(box => box.value),
      ...(expires.value !== "" && { expires: expires.value }),
    };
    try {
      const { id, token } = await api.createToken(grant);
      result.replaceChildren(
        h("p", { class: "muted" }, `Token ${id} for ${grant.streamer}. It is shown only now:`),
        commandBlock(token, "The new token"),
      );
      created();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      result.replaceChildren(errorBox(error));
    }
  });
  return section("New token", form);
}

function tokenTable(
  api: Api,
  tokens: readonly Token[],
  changed: () => void,
  fail: (error: unknown) => void,
): HTMLElement {
  if (tokens.length === 0) return h("p", { class: "muted" }, "No token has been created yet.");
  const heads = ["Id", "Streamer", "Scopes", "Created", "Expires", "Last used", "Revoke"];
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "group", "aria-label": "Existing tokens" },
    h(
      "table",
      { class: "tokens" },
      h("caption", { class: "visually-hidden" }, "Existing tokens, the newest first"),
      h("thead", {}, h("tr", {}, ...heads.map(text => h("th", { scope: "col" }, text)))),
      h("tbody", {}, ...[...tokens].reverse().map(token => rowOf(api, token, changed, fail))),
    ),
  );
}

function rowOf(api: Api, token: Token, changed: () => void, fail: (error: unknown) => void): HTMLElement {
  const { id, streamer, scopes: granted, createdAt, expiresAt, usedOn, live } = token;
  const revoke = h("button", { type: "button", class: "quiet", "aria-label": `Revoke ${id}` }, "Revoke …");
  revoke.addEventListener("click", () => ask(api, token, changed, fail));
  return h(
    "tr",
    { class: live ? "" : "muted" },
    h("th", { scope: "row" }, h("code", {}, id)),
    h("td", {}, streamer),
    h("td", {}, granted.join(", ")),
    h("td", {}, time(createdAt)),
    h("td", {}, expiresAt === undefined ? "never" : time(expiresAt), live ? "" : ", expired"),
    h("td", {}, usedOn ?? "never"),
    h("td", {}, revoke),
  );
}

/** Asks before it revokes a token. */
function ask(api: Api, { id, streamer }: Token, changed: () => void, fail: (error: unknown) => void): void {
  const cancel = h("button", { type: "button", class: "quiet" }, "Cancel");
  const confirm = h("button", { type: "button", class: "danger" }, "Revoke it");
  const dialog = h(
    "dialog",
    { "aria-labelledby": "revoke" },
    h("h2", { id: "revoke" }, `Revoke the token ${id}?`),
    h(
      "p",
      {},
      `Requests with it for ${streamer === "*" ? "all streamers" : streamer} are refused immediately.`,
    ),
    h("p", { class: "muted" }, "The command that does the same:"),
    commandBlock(`persist token revoke ${id}`),
    h("div", { class: "buttons" }, cancel, confirm),
  );
  cancel.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  confirm.addEventListener("click", async () => {
    dialog.close();
    await api.revokeToken(id).then(changed, fail);
  });
  document.body.append(dialog);
  dialog.showModal();
  cancel.focus();
}
