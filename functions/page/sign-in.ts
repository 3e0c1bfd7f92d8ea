import { commandBlock, h } from "./dom.ts";

/** Returns the form for a token. `message` says why it is shown again. */
export function signIn(
  authorization: string,
  message: HTMLElement | undefined,
  accept: (token: string) => void,
): HTMLElement {
  const isJwt = authorization === "jwt";
  const what = isJwt ? "JWT" : "Token";
  const input = h("input", {
    id: "token",
    type: "password",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    required: true,
    "aria-describedby": "token-help",
  });
  const form = h(
    "form",
    { class: "sign-in card" },
    h("h1", {}, "Status"),
    message,
    h("label", { for: "token" }, what),
    h("div", { class: "field" }, input, h("button", { type: "submit", class: "primary" }, "Show")),
    h(
      "p",
      { id: "token-help", class: "muted" },
      isJwt
        ? "An access token of your identity provider with the scope read, such as *:read or github:read. "
        : "A token with the scope read, for one streamer or for all. ",
      "It stays in this tab until you close it or sign out, and is sent to this endpoint only.",
    ),
  );
  form.addEventListener("submit", event => {
    event.preventDefault();
    const token = input.value.trim().replace(/^Bearer +/i, "");
    if (/^[\x21-\x7e]+$/.test(token)) return accept(token);
    input.setCustomValidity(`A ${what} has no spaces, quotation marks or ellipsis: copy it again, whole.`);
    input.reportValidity();
  });
  input.addEventListener("input", () => input.setCustomValidity(""));
  return form;
}

/** Returns why this page cannot be used with IAM, and the command that reads the same. */
export function useIam(): HTMLElement {
  const region = /\.execute-api\.([a-z0-9-]+)\./.exec(location.hostname)?.[1] ?? "$AWS_REGION";
  const command = [
    'eval "$(aws configure export-credentials --format env)"',
    `curl --aws-sigv4 "aws:amz:${region}:execute-api" \\`,
    '  --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \\',
    '  --header "x-amz-security-token: $AWS_SESSION_TOKEN" \\',
    `  "${location.origin}/v1/streamers?limit=1000"`,
  ].join("\n");
  return h(
    "div",
    { class: "sign-in card" },
    h("h1", {}, "This page cannot be used here"),
    h(
      "p",
      {},
      "This endpoint accepts requests that are signed with AWS credentials (auth=iam). ",
      "A browser has none. ",
      "This command lists the streamers with yours:",
    ),
    commandBlock(command, "Command that lists the streamers"),
  );
}
