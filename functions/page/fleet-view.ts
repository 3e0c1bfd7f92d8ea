import type { Row, State } from "./answers.ts";
import type { Api } from "./api.ts";
import { h, redraw } from "./dom.ts";
import { type Fleet, readFleet } from "./fleet.ts";
import { countStates, ranked, stateWords } from "./ranking.ts";
import { expectation, headlineOf, placeOf, runOf } from "./summaries.ts";
import { count } from "./times.ts";
import { badge, errorBox, gauge, loading, section, streamerLink, time } from "./words.ts";

/** Rows that are shown before somebody asks for more. */
const rowsAtOnce = 100;
const refreshMilliseconds = 30_000;

/** Returns all streamers, worst first. `only` gets the name if there is a single one at first. */
export function fleetView(api: Api, signal: AbortSignal, only: (name: string) => void): HTMLElement {
  const view = new FleetView(only);
  const refresh = async (isFirst: boolean) => {
    try {
      for await (const fleet of readFleet(api.streamers)) {
        if (signal.aborted) return;
        view.show(fleet, isFirst);
      }
    } catch (error) {
      if (!signal.aborted) view.fail(error);
    }
  };
  view.root.addEventListener("retry", () => void refresh(false));
  void refresh(true);
  const timer = setInterval(() => {
    // More than a page of streamers is read again only when somebody asks for it.
    if (document.visibilityState === "visible" && view.isSmall) void refresh(false);
  }, refreshMilliseconds);
  signal.addEventListener("abort", () => clearInterval(timer));
  return view.root;
}

class FleetView {
  readonly root: HTMLElement;
  readonly #only: (name: string) => void;
  readonly #headline = h("h1", { tabindex: -1 }, "Streamers");
  readonly #status = h("p", { class: "muted", role: "status" });
  readonly #filters = h("div", { class: "filters", role: "group", "aria-label": "States" });
  readonly #list = h("div", {}, loading());
  readonly #problem = h("div");
  readonly #search: HTMLInputElement;
  #fleet: Fleet | undefined;
  #state: State | "all" = "all";
  #shown = rowsAtOnce;

  constructor(only: (name: string) => void) {
    this.#only = only;
    this.#search = h("input", {
      type: "search",
      id: "filter",
      placeholder: "Filter by name",
      spellcheck: "false",
    });
    this.#search.addEventListener("input", () => {
      this.#shown = rowsAtOnce;
      this.#draw();
    });
    const again = h("button", { type: "button", class: "quiet" }, "Refresh");
    again.addEventListener("click", () => this.#retry());
    this.root = h(
      "div",
      {},
      h("div", { class: "headline" }, this.#headline, this.#status),
      this.#problem,
      h(
        "div",
        { class: "tools" },
        this.#filters,
        h("label", { class: "visually-hidden", for: "filter" }, "Filter by name"),
        this.#search,
        again,
      ),
      this.#list,
    );
  }

  get isSmall(): boolean {
    return this.#fleet !== undefined && this.#fleet.rows.size <= 1_000;
  }

  show(fleet: Fleet, isFirst: boolean): void {
    const [row, ...others] = fleet.rows.values();
    if (isFirst && this.#fleet === undefined && fleet.isWhole && row !== undefined && others.length === 0)
      this.#only(row.streamer);
    this.#fleet = fleet;
    this.#problem.replaceChildren();
    this.#draw();
  }

  fail(error: unknown): void {
    const again = h("button", { type: "button", class: "primary" }, "Try again");
    again.addEventListener("click", () => this.#retry());
    this.#problem.replaceChildren(errorBox(error), again);
    if (this.#fleet === undefined) this.#list.replaceChildren();
    this.root.dispatchEvent(new CustomEvent("failed", { detail: error, bubbles: true }));
  }

  #retry(): void {
    this.root.dispatchEvent(new Event("retry"));
  }

  #draw(): void {
    const { rows, isWhole } = this.#fleet ?? { rows: new Map<string, Row>(), isWhole: false };
    const counts = countStates(rows.values());
    const troubled = counts.stale + counts.failing;
    this.#headline.textContent = headlineOf(troubled, rows.size, isWhole);
    redraw(this.#filters, ...this.#chips(counts, rows.size));
    const name = this.#search.value.trim().toLowerCase();
    const wanted = [...rows.values()].filter(
      row => (this.#state === "all" || isIn(row, this.#state)) && row.streamer.includes(name),
    );
    this.#status.textContent = isWhole ? "" : `${count(rows.size)} read so far …`;
    const sorted = ranked(wanted, Date.now());
    redraw(
      this.#list,
      sorted.length === 0 ? nothing(rows.size) : table(sorted.slice(0, this.#shown)),
      sorted.length > this.#shown ? this.#more(sorted.length) : "",
    );
  }

  #chips(counts: Record<State, number>, all: number): HTMLElement[] {
    const chip = (state: State | "all", text: string, number: number) => {
      const isPressed = this.#state === state;
      const button = h(
        "button",
        { type: "button", class: `chip ${state}`, "aria-pressed": String(isPressed) },
        `${text} `,
        h("b", {}, count(number)),
      );
      button.addEventListener("click", () => {
        this.#state = state;
        this.#shown = rowsAtOnce;
        this.#draw();
        this.#filters.querySelector<HTMLElement>('[aria-pressed="true"]')?.focus();
      });
      return button;
    };
    const states = Object.entries(stateWords) as [State, string][];
    return [chip("all", "all", all), ...states.map(([state, word]) => chip(state, word, counts[state]))];
  }

  #more(total: number): HTMLElement {
    const button = h(
      "button",
      { type: "button", class: "quiet more" },
      `Show more: ${count(total - this.#shown)} are left`,
    );
    button.addEventListener("click", () => {
      this.#shown += rowsAtOnce;
      this.#draw();
      this.#list.querySelector<HTMLElement>(".more")?.focus();
    });
    return button;
  }
}

const isIn = (row: Row, state: State) =>
  row.state === state || (state === "running" && row.inFlight !== undefined);

const nothing = (all: number) =>
  all > 0
    ? h("p", { class: "muted" }, "No streamer matches.")
    : section(
        "Send a first delivery",
        h(
          "p",
          {},
          "This token sees no streamer that has sent anything yet. One appears with its first delivery.",
        ),
      );

function table(rows: readonly Row[]): HTMLElement {
  const heads = ["Streamer", "State", "Bookmark", "Runs now", "Last failure"];
  return h(
    "table",
    { class: "fleet" },
    h("caption", { class: "visually-hidden" }, "Streamers, worst first"),
    h("thead", {}, h("tr", {}, ...heads.map(text => h("th", { scope: "col" }, text)))),
    h("tbody", {}, ...rows.map(rowOf)),
  );
}

const rowOf = (row: Row) =>
  h(
    "tr",
    {},
    h("th", { scope: "row" }, streamerLink(row.streamer)),
    h("td", {}, badge(row.state)),
    h("td", {}, ...bookmarkOf(row)),
    h("td", { class: row.inFlight === undefined ? "none" : "" }, runOf(row, Date.now()) ?? dash()),
    h("td", { class: row.lastFailure === undefined ? "none" : "" }, ...failureOf(row)),
  );

const bookmarkOf = (row: Row) => [
  row.bookmarkAge === undefined
    ? "none yet"
    : time(new Date(Date.now() - row.bookmarkAge * 1_000).toISOString()),
  h("span", { class: "muted" }, `, ${expectation(row)}`),
  gauge(row),
];

const dash = () => h("span", { class: "muted" }, "–");

function failureOf({ lastFailure, state }: Row): (Node | string)[] {
  if (lastFailure === undefined) return [dash()];
  const kind = state === "failing" ? "bad" : "muted";
  return [h("span", { class: kind }, placeOf(lastFailure)), " ", time(lastFailure.at)];
}
