import { expiresMillisecondsMax } from "../persister/limits.ts";
import type { CatalogueEntry } from "./catalogue-entry.ts";

const daysMax = expiresMillisecondsMax / 86_400_000;

/** The catalogue's entries about tokens. */
export const tokenErrors = {
  "tokens-disabled": {
    status: 404,
    title: "No tokens",
    when: "The endpoint was deployed with `auth=jwt` or `auth=iam`: it has no tokens of its own.",
    hint: "Create credentials where the endpoint's are issued: its JWT issuer, or IAM.",
  },
  "tokens-unavailable": {
    status: 503,
    title: "Tokens unavailable",
    when: "The token table did not answer in time. Nothing was done, unless a token was to be changed.",
    hint: "Send the request again after `Retry-After`. If it was to create a token, list the tokens first.",
  },
  "bad-token": {
    status: 400,
    title: "Invalid token request",
    when: "The body of a request for a token is not a JSON object of its members; `detail` names the fault.",
    hint:
      'Send `{"streamer":"github","scopes":["write"],"expires":"P90D"}`: a name or `*`, one or more of ' +
      `\`write\`, \`read\` and \`admin\`, and, optionally, a duration up to \`P${daysMax}D\`.`,
  },
  "too-many-tokens": {
    status: 409,
    title: "Too many tokens",
    when: "Two live tokens have one of the scopes on the streamer already.",
    hint: "Revoke one of them first.",
  },
  "no-token": {
    status: 404,
    title: "No such token",
    when: "No token has this id, or it is not on a streamer on which the caller has the scope `admin`.",
    hint: "Check the id with `GET /v1/tokens`. A token that was revoked is gone.",
  },
} as const satisfies Readonly<Record<string, CatalogueEntry>>;
