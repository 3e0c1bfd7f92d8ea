import type { Delivery, Failure, Streamer } from "./answers.ts";
import { type Api, ApiError } from "./api.ts";
import { daysSection } from "./days-view.ts";
import { commandBlock, h, redraw } from "./dom.ts";
import { historySection } from "./history-view.ts";
import { expectation, isCurrent, tookOf } from "./summaries.ts";
import { bytes, count } from "./times.ts";
import { badge, codeLink, errorBox, fullTime, gauge, loading, section, spans, time } from "./words.ts";

const refreshMilliseconds = 10_000;
const deliveriesAtOnce = 10;

/** Returns one streamer: what runs, what failed last, how much came, and its bookmarks. */
export function streamerView(api: Api, name: string, signal: AbortSignal): HTMLElement {
  const head = h("div", { class: "headline" }, h("h1", { tabindex: -1 }, name));
  const problem = h("div");
  const now = h("div", { class: "pair" }, loading());
  const parts = h("div");
  const news = h("div", { role: "status" });
  const root = h("div", {}, head, problem, now, news, parts);
  let seen: string | undefined;

  const draw = async (streamer: Streamer) => {
    head.replaceChildren(...headOf(name, streamer));
    redraw(now, running(streamer), await failed(api, name, streamer));
    // A commit or a failure changes the rest; time alone does not.
    const version = `${streamer.revision} ${streamer.lastFailure?.delivery}`;
    if (version === seen) return;
    if (seen !== undefined && isInUse(parts)) return offerNews();
    seen = version;
    news.replaceChildren();
    parts.replaceChildren(
      await daysSection(api, name),
      historySection(api, name, refreshAll),
      await deliveriesSection(api, name),
    );
  };
  const offerNews = () => {
    if (news.childElementCount > 0) return;
    const all = h("button", { type: "button" }, "Show them");
    all.addEventListener("click", refreshAll);
    news.append(h("p", { class: "news" }, "There are newer deliveries. ", all));
  };
  const refreshAll = () => {
    seen = undefined;
    void refresh();
  };
  const refresh = async () => {
    try {
      const streamer = await api.streamer(name);
      if (!signal.aborted) await draw(streamer);
      problem.replaceChildren();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (signal.aborted) return;
      const again = h("button", { type: "button", class: "primary" }, "Try again");
      again.addEventListener("click", () => void refresh());
      problem.replaceChildren(errorBox(error), again);
      if (seen === undefined) now.replaceChildren();
      root.dispatchEvent(new CustomEvent("failed", { detail: error, bubbles: true }));
    }
  };
  void refresh();
  const timer = setInterval(() => {
    if (document.visibilityState === "visible") void refresh();
  }, refreshMilliseconds);
  signal.addEventListener("abort", () => clearInterval(timer));
  return root;
}

/** Whether somebody reads or operates a part, which must not change under their hands. */
const isInUse = (parts: HTMLElement) =>
  parts.contains(document.activeElement) || parts.querySelector("details[open]") !== null;

function headOf(name: string, streamer: Streamer): Node[] {
  const { bookmarkAge, committedAt, staleAt, deliveries, records, revision } = streamer;
  const bookmarkAt = bookmarkAge === undefined ? undefined : Date.now() - bookmarkAge * 1_000;
  const age =
    bookmarkAt === undefined
      ? "No bookmark yet"
      : h("span", {}, "Bookmark ", time(new Date(bookmarkAt).toISOString()));
  const stale =
    staleAt === undefined
      ? ""
      : h("span", {}, ", stale ", staleAt > nowText() ? "" : "since ", time(staleAt));
  return [
    h("h1", { tabindex: -1 }, name, " ", badge(streamer.state)),
    h("p", {}, age, `, ${expectation(streamer)}`, stale, ". ", gauge(streamer)),
    h(
      "p",
      { class: "muted" },
      `Revision ${count(revision)}, ${count(deliveries)} deliveries, ${count(records)} records`,
      ...(committedAt === undefined ? [] : [". Last commit ", time(committedAt)]),
      ".",
    ),
  ];
}

const nowText = () => new Date().toISOString();

function running({ inFlight }: Streamer): HTMLElement {
  if (inFlight === undefined) return section("Runs now", h("p", {}, "Nothing is in flight."));
  const { delivery, since, segment, until } = inFlight;
  return section(
    "Runs now",
    facts([
      ["Since", since === undefined ? "unknown" : fullTime(since)],
      ["Segment of the run", segment === undefined ? "not a run of segments" : count(segment)],
      ["Delivery that holds the lease", h("code", {}, delivery)],
      ["Lease ends", fullTime(until)],
    ]),
  );
}

async function failed(api: Api, name: string, { lastFailure, committedAt }: Streamer): Promise<HTMLElement> {
  if (lastFailure === undefined) return section("Failed last", h("p", {}, "No delivery has failed."));
  const isOver = !isCurrent(lastFailure, committedAt);
  // The failure may be older than the deliveries that are kept.
  const delivery = await api.delivery(name, lastFailure.delivery).catch(() => undefined);
  return section(
    "Failed last",
    h(
      "p",
      { class: isOver ? "muted" : "bad" },
      isOver ? "A later delivery was committed." : "Nothing has been committed since.",
    ),
    facts(failureFacts(lastFailure, delivery)),
    delivery === undefined
      ? ""
      : commandBlock(`aws s3 cp ${delivery.archive} .`, "Command that fetches the body"),
  );
}

function failureFacts(failure: Failure, delivery: Delivery | undefined): [string, Node | string][] {
  const { at, code, line, stream, field, message, hint } = failure;
  const all: [string, Node | string | undefined][] = [
    ["When", fullTime(at)],
    ["Error", codeLink(code)],
    ["Line", line === undefined ? undefined : count(line)],
    ["Stream", stream === undefined ? undefined : h("code", {}, stream)],
    ["Field", field === undefined ? undefined : h("code", {}, field)],
    ["Why", message ?? delivery?.detail],
    [
      "What to do",
      hint === undefined ? undefined : h("span", {}, spans(hint), " ", codeLink(code, "Read more")),
    ],
    ["Delivery", h("code", {}, failure.delivery)],
    ["Body", delivery === undefined ? "no longer listed" : h("code", {}, delivery.archive)],
  ];
  return all.filter((each): each is [string, Node | string] => each[1] !== undefined);
}

const facts = (pairs: readonly (readonly [string, Node | string])[]) =>
  h("dl", {}, ...pairs.flatMap(([term, value]) => [h("dt", {}, term), h("dd", {}, value)]));

async function deliveriesSection(api: Api, name: string): Promise<HTMLElement> {
  const body = h("tbody");
  const more = h("div");
  const load = async (before?: string) => {
    const { deliveries, next } = await api.deliveries(name, before);
    body.append(...deliveries.map(deliveryRow));
    more.replaceChildren();
    if (next === undefined || deliveries.length < deliveriesAtOnce) return;
    const button = h("button", { type: "button", class: "quiet" }, "Show older deliveries");
    button.addEventListener("click", () =>
      load(next).catch((error: unknown) => more.replaceChildren(errorBox(error))),
    );
    more.append(button);
  };
  await load().catch((error: unknown) => more.replaceChildren(errorBox(error)));
  const heads = ["Received", "Outcome", "Records", "Size", "Took"];
  const columnOf = (text: string, at: number) =>
    h("th", { scope: "col", class: at < 2 ? "" : "number" }, text);
  const table = h(
    "table",
    {},
    h("caption", { class: "visually-hidden" }, "Deliveries, newest first"),
    h("thead", {}, h("tr", {}, ...heads.map(columnOf))),
    body,
  );
  return section(
    "Deliveries",
    h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": "Deliveries" }, table),
    more,
  );
}

function deliveryRow({ receivedAt, delivery, outcome, code, detail, ...made }: Delivery): HTMLElement {
  const { records, bytes: size, milliseconds } = made;
  const word = h("span", { class: outcome === "committed" ? "" : "bad", title: detail ?? "" }, outcome);
  return h(
    "tr",
    { title: delivery },
    h("th", { scope: "row" }, time(receivedAt)),
    h("td", {}, word, ...(code === undefined ? [] : [", ", codeLink(code)])),
    h("td", { class: "number" }, records === undefined ? "" : count(records)),
    h("td", { class: "number" }, size === undefined ? "" : bytes(size)),
    h("td", { class: "number" }, tookOf(milliseconds) ?? ""),
  );
}
