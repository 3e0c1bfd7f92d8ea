import { Api, ApiError } from "./api.ts";
import { byId, h } from "./dom.ts";
import { fleetView } from "./fleet-view.ts";
import { signIn, useIam } from "./sign-in.ts";
import { streamerView } from "./streamer-view.ts";
import { tokensView } from "./tokens-view.ts";
import { errorBox, tick } from "./words.ts";

/** The tab's own storage: the token is in no URL, no cookie and no other tab. */
const tokenKey = "persister-token";
const tickMilliseconds = 1_000;

const authorization = document.documentElement.dataset.authorization ?? "token";
const content = byId("content");
const nav = byId("nav");

/** The view that is shown. Its signal ends its requests and timers. */
const shown = { controller: new AbortController() };

function show(view: (signal: AbortSignal) => HTMLElement, title: string): void {
  shown.controller.abort();
  // A question is about the view that asked it.
  for (const dialog of document.querySelectorAll("dialog")) dialog.close();
  shown.controller = new AbortController();
  document.title = `${title} · Persister`;
  content.replaceChildren(view(shown.controller.signal));
}

function render(): void {
  const token = sessionStorage.getItem(tokenKey);
  nav.hidden = token === null;
  if (authorization === "iam") return show(useIam, "IAM");
  if (token === null) return askForToken();
  const api = new Api(token);
  const [, page = "", name = ""] = location.hash.split("/");
  if (page === "streamers") {
    const streamer = decoded(name);
    return show(signal => streamerView(api, streamer, signal), streamer);
  }
  if (page === "tokens") return show(signal => tokensView(api, signal), "Tokens");
  show(signal => fleetView(api, signal, only => replaceHash(`#/streamers/${only}`)), "Streamers");
}

/** Returns the name in a URL that somebody may have typed. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function replaceHash(hash: string): void {
  history.replaceState(null, "", hash);
  render();
}

function askForToken(error?: ApiError): void {
  sessionStorage.removeItem(tokenKey);
  nav.hidden = true;
  const message = error && errorBox(error);
  const accept = (token: string) => {
    sessionStorage.setItem(tokenKey, token);
    render();
    content.focus();
  };
  show(() => signIn(authorization, message, accept), "Sign in");
  byId("token").focus();
}

function fillNav(): void {
  const out = h("button", { type: "button", class: "quiet" }, "Sign out");
  out.addEventListener("click", () => {
    replaceHash("#/");
    askForToken();
  });
  const tokens = authorization === "token" && h("a", { href: "#/tokens" }, "Tokens");
  nav.append(h("a", { href: "#/" }, "Streamers"), ...(tokens ? [tokens] : []), out);
}

fillNav();
// A token that is refused once is refused everywhere.
content.addEventListener("failed", event => {
  const { detail } = event as CustomEvent<unknown>;
  if (detail instanceof ApiError && detail.status === 401) askForToken(detail);
});
addEventListener("hashchange", () => {
  render();
  content.focus();
});
setInterval(tick, tickMilliseconds);
render();
