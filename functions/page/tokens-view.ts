import type { Api } from "./api.ts";
import { h } from "./dom.ts";

/** Returns the tokens that this token's `admin` reaches. */
export function tokensView(_api: Api, _signal: AbortSignal): HTMLElement {
  return h("div", {});
}
