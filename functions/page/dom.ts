/** An element's properties: attributes, and listeners by the name of their event. */
export type Properties = Readonly<Record<string, string | number | boolean | undefined | Listener>>;
type Listener = (event: Event) => void;
export type Child = Node | string | number | undefined | false;

/**
 * Creates an element. Text stays text: nothing on this page is ever parsed as markup. An attribute that is
 * undefined or false is omitted.
 */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Properties = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  apply(element, properties);
  element.append(...present(children));
  return element;
}

/** Creates an element of SVG. */
export function svg(tag: string, properties: Properties = {}, ...children: readonly Child[]): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  apply(element, properties);
  element.append(...present(children));
  return element;
}

function apply(element: Element, properties: Properties): void {
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
}

function present(children: readonly Child[]): (Node | string)[] {
  return children.flatMap(child =>
    child === undefined || child === false ? [] : [typeof child === "number" ? String(child) : child],
  );
}

/** Replaces the children of an element. A link or button that is drawn again keeps the focus. */
export function redraw(parent: HTMLElement, ...children: readonly (Node | string)[]): void {
  const { activeElement } = document;
  const focused =
    activeElement !== null && parent.contains(activeElement) ? nameOf(activeElement) : undefined;
  parent.replaceChildren(...children);
  if (focused === undefined) return;
  const same = [...parent.querySelectorAll<HTMLElement>("a, button, [tabindex]")].find(
    each => nameOf(each) === focused,
  );
  same?.focus({ preventScroll: true });
}

const nameOf = (element: Element) =>
  [
    element.tagName,
    element.getAttribute("href"),
    element.getAttribute("aria-label"),
    element.textContent,
  ].join(" ");

/** Returns the element with this id. */
export const byId = (id: string): HTMLElement => document.getElementById(id)!;

/** Returns a button that copies a text. Its label says so for a moment. */
export function copyButton(text: () => string, label = "Copy"): HTMLButtonElement {
  const button = h("button", { type: "button", class: "quiet" }, label);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text());
      button.textContent = "Copied";
    } catch {
      // Without a secure context there is no clipboard.
      button.textContent = "Select the text to copy it";
    }
    setTimeout(() => {
      button.textContent = label;
    }, 2_000);
  });
  return button;
}

/** Returns a block with a command and a button that copies it. */
export function commandBlock(command: string, label = "Command"): HTMLElement {
  return h(
    "div",
    { class: "command" },
    h("pre", { tabindex: 0, role: "group", "aria-label": label }, h("code", {}, command)),
    copyButton(() => command),
  );
}
