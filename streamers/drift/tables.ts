import { table } from "../table.ts";

// devdocs.drift.com: instants are in ms.
const instantsAre = "milliseconds";

export const inboxes = table("inboxes", {
  keys: "id",
  instantsAre,
  instants: "createdAt updatedAt",
  integers: "id orgId openConversationCount totalConversationCount",
  texts: "name status",
});

export const users = table("users", {
  keys: "id",
  instantsAre,
  instants: "createdAt updatedAt",
  integers: "id orgId",
  texts: "name alias email phone locale availability role timeZone avatarUrl",
  booleans: "verified bot",
});

export const accounts = table("accounts", {
  keys: "accountId",
  instantsAre,
  instants: "createDateTime updateDateTime",
  integers: "ownerId",
  texts: "accountId name domain",
  booleans: "deleted targeted",
  lists: "customProperties",
});

export const conversations = table("conversations", {
  keys: "id",
  instantsAre,
  instants: "createdAt updatedAt",
  integers: "id contactId inboxId",
  texts: "status",
});

export const messages = table("messages", {
  keys: "id",
  instantsAre,
  instants: "createdAt",
  // Ids of messages are texts in some answers, and integers in others.
  texts: "id type body",
  integers: "conversationId orgId",
  objects: "author context attributes",
  lists: "buttons attachments",
});

export const contacts = table("contacts", {
  keys: "id",
  instantsAre,
  instants: "createdAt",
  integers: "id",
  objects: "attributes",
});
