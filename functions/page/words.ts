import type { Row, State } from "./answers.ts";
import { ApiError } from "./api.ts";
import { h, svg } from "./dom.ts";
import { limitUsed, stateWords } from "./ranking.ts";
import { exact, relative } from "./times.ts";

/** Elements that say the same thing on every part of the page. */

/** Returns an instant, relative to now. Its exact time is its tooltip. `tick` keeps it up to date. */
export const time = (instant: string): HTMLTimeElement =>
  h("time", { datetime: instant, title: exact(instant) }, relative(Date.parse(instant), Date.now()));

/** Returns an instant, relative to now and exactly. */
export const fullTime = (instant: string): HTMLElement =>
  h("span", {}, time(instant), h("span", { class: "muted" }, `, ${exact(instant)}`));

/** Brings all relative times up to date. */
export function tick(): void {
  const now = Date.now();
  for (const element of document.querySelectorAll("time")) {
    const text = relative(Date.parse(element.dateTime), now);
    if (element.textContent !== text) element.textContent = text;
  }
}

const shapes: Readonly<Record<State, string>> = {
  stale: "M6 1 11.5 11h-11z",
  failing: "M3 1h6l2 2v6l-2 2H3L1 9V3z",
  running: "M2 1l9 5-9 5z",
  ok: "M6 1a5 5 0 1 0 0 10A5 5 0 0 0 6 1z",
};

/** Returns a state as a word, a colour and a shape. */
export const badge = (state: State): HTMLElement =>
  h(
    "span",
    { class: `badge ${state}` },
    svg("svg", { viewBox: "0 0 12 12", "aria-hidden": "true" }, svg("path", { d: shapes[state] })),
    stateWords[state],
  );

/** Returns how much of the time until a streamer is stale is over, as a bar. */
export function gauge(row: Row): HTMLElement {
  const used = limitUsed(row, Date.now());
  const width = Math.min(100, Math.round(used * 100));
  const label = used >= 1 ? "stale" : `${width} % of the time until it is stale`;
  const bar = svg("rect", { width, height: 4, rx: 2, class: used >= 1 ? "over" : "part" });
  return h(
    "span",
    { class: "gauge", role: "img", "aria-label": label, title: label },
    svg(
      "svg",
      { viewBox: "0 0 100 4", preserveAspectRatio: "none", "aria-hidden": "true" },
      svg("rect", { width: 100, height: 4, rx: 2, class: "track" }),
      bar,
    ),
  );
}

/** Returns a link to a streamer's part of the page. */
export const streamerLink = (name: string): HTMLElement =>
  h("a", { href: `#/streamers/${encodeURIComponent(name)}` }, name);

/** Returns a link to what the endpoint says of an error code. */
export const codeLink = (code: string, text: string = code): HTMLElement =>
  h("a", { href: `v1/errors/${encodeURIComponent(code)}`, target: "_blank", rel: "noopener" }, text);

/** Returns an error with what to do. */
export function errorBox(error: unknown): HTMLElement {
  if (!(error instanceof ApiError)) throw error;
  const { status, problem, message } = error;
  const { code, title, hint } = problem;
  const heading = status === 0 ? "No answer" : (title ?? `The endpoint answered ${status}`);
  return h(
    "div",
    { class: "error", role: "alert" },
    h("strong", {}, heading),
    h("p", {}, message),
    hint !== undefined &&
      h("p", {}, "What to do: ", spans(hint), " ", code !== undefined && codeLink(code, "More")),
    status === 0 && h("p", {}, "Check that it is up and that this machine is online, then try again."),
  );
}

/** Returns a text whose code spans are marked with backticks, as the catalogue of errors has it. */
export const spans = (text: string): HTMLElement =>
  h("span", {}, ...text.split("`").map((part, at) => (at % 2 === 1 ? h("code", {}, part) : part)));

/** Returns a section with a heading. */
export function section(title: string, ...children: readonly (Node | string)[]): HTMLElement {
  const id = `h-${title.toLowerCase().replace(/[^a-z]+/g, "-")}`;
  return h("section", { "aria-labelledby": id, class: "card" }, h("h2", { id }, title), ...children);
}

/** Returns what is shown until an answer is there. */
export const loading = (): HTMLElement => h("p", { class: "muted" }, "Loading …");
