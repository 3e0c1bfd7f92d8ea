import { type Answer, type Asked, type StandIn, startStandIn } from "./stand-in.ts";

export const token = "drift_token";
export const app = {
  DRIFT_CLIENT_ID: "client",
  DRIFT_CLIENT_SECRET: "secret",
  DRIFT_REFRESH_TOKEN: "refresh",
};

interface Conversation {
  readonly id: number;
  readonly updatedAt: number;
}

/** The organization's data. */
export interface Held {
  conversations: Conversation[];
  /** The messages of each conversation. */
  messages: Map<number, object[]>;
  contacts: Map<number, object>;
  accounts: object[];
  /** The valid tokens. */
  tokens: Set<string>;
  /** The refresh token. Each use returns a new one and invalidates the old one. */
  refreshToken?: string;
}

/** In ms since the epoch. */
export const at = (second: number) => 1_767_225_600_000 + second * 1_000;

// devdocs.drift.com: the models of a conversation, a message, a contact, an account and a user.
export const conversation = (n: number, second = n, status = "open") => ({
  id: n,
  status,
  contactId: 10_000 + (n % 40),
  inboxId: 62_491,
  createdAt: at(n),
  updatedAt: at(second),
});

export const message = (conversationId: number, n: number) => ({
  id: `${conversationId}-${n}`,
  conversationId,
  orgId: 9_999,
  type: "chat",
  author: { type: "contact", id: 10_000, bot: false },
  body: `<p>Hello ${n}</p>`,
  createdAt: at(conversationId + n),
  buttons: [],
  attributes: {},
});

export const contact = (id: number) => ({
  id,
  createdAt: at(id),
  attributes: { email: `contact-${id}@example.com`, tags: [], start_date: at(id) },
});

export const account = (n: number, second = n) => ({
  accountId: `${n}_example.com`,
  ownerId: 2_000,
  name: `Example ${n}`,
  domain: "example.com",
  customProperties: [{ label: "Plan", name: "plan", type: "STRING", value: "gold" }],
  deleted: false,
  targeted: true,
  createDateTime: at(n),
  updateDateTime: at(second),
});

const user = (id: number) => ({
  id,
  orgId: 9_999,
  name: `Agent ${id}`,
  email: `agent-${id}@example.com`,
  availability: "OFFLINE",
  role: "admin",
  verified: true,
  bot: false,
  createdAt: at(id),
  updatedAt: at(id),
});

const inbox = {
  orgId: 9_999,
  name: "Stitch Support",
  id: 62_491,
  status: "ENABLED",
  createdAt: 1_468_435_557_000,
  openConversationCount: 24,
  totalConversationCount: 616,
};

/** Drift's API over the current data in `held`: its order, page tokens, cursors and refusals. */
export const startDrift = (held: Held): Promise<StandIn> =>
  startStandIn(asked => {
    const { path, headers } = asked;
    if (path === "/oauth2/token") return tokenFor(held, asked);
    if (!held.tokens.has(headers.authorization?.replace("Bearer ", "") ?? ""))
      return { status: 401, body: { error: { type: "authentication_error", message: "Access denied" } } };
    const body = answerTo(held, asked);
    if (body === undefined) return { status: 404, body: { error: { type: "not_found", message: "none" } } };
    return { body };
  });

function tokenFor(held: Held, { body }: Asked): Answer {
  const given = JSON.parse(body) as Record<string, string>;
  const { clientId, clientSecret, refreshToken, grantType } = given;
  const isRight =
    clientId === app.DRIFT_CLIENT_ID &&
    clientSecret === app.DRIFT_CLIENT_SECRET &&
    refreshToken === (held.refreshToken ?? app.DRIFT_REFRESH_TOKEN) &&
    grantType === "refresh_token";
  if (!isRight) return { status: 401, body: { error: "invalid_grant" } };
  const accessToken = `drift_token_${held.tokens.size + 1}`;
  held.tokens.add(accessToken);
  held.refreshToken = `${refreshToken}+`;
  const tokens = { accessToken, refreshToken: held.refreshToken };
  return { body: { tokenType: "bearer", ...tokens, expiresIn: 7_200, orgId: "9999" } };
}

function answerTo(held: Held, { path, query, origin }: Asked): unknown {
  const [, id = "", isMessages] = /^\/(?:conversations|contacts)\/(\d+)(\/messages)?$/.exec(path) ?? [];
  if (isMessages !== undefined) {
    const found = held.messages.get(Number(id));
    if (found === undefined) return undefined;
    const from = Number(query.get("next") ?? 0);
    const more = found.length > from + 2;
    const pagination = more ? { more, next: from + 2 } : { more };
    return { data: { messages: found.slice(from, from + 2) }, pagination };
  }
  if (path.startsWith("/contacts/")) {
    const data = held.contacts.get(Number(id));
    return data && { data };
  }
  switch (path) {
    case "/inboxes":
      return { data: [inbox] };
    case "/users/list":
      return { data: [user(1), user(2)] };
    case "/accounts": {
      const [index, size] = [Number(query.get("index")), Number(query.get("size"))];
      const accounts = held.accounts.slice(index, index + size);
      const next = `/accounts?index=${index + size}&size=${size}`;
      const { length: total } = held.accounts;
      return { data: { accounts, total, ...(index + size < total && { next }) } };
    }
    case "/conversations/list": {
      const [limit, from] = (query.get("page_token") ?? `${query.get("limit")}.0`).split(".").map(Number);
      const found = held.conversations.toSorted((a, b) => b.updatedAt - a.updatedAt);
      const link = (start: number) => `${origin}/conversations/list?page_token=${limit}.${start}`;
      const more = found.length > from! + limit!;
      const links = { self: link(from!), ...(more && { next: link(from! + limit!) }) };
      return { data: found.slice(from, from! + limit!), links };
    }
    default:
      return undefined;
  }
}
