import * as z from "zod/mini";
import { records } from "../check-page.ts";
import type { Client } from "../client.ts";
import { integerOf } from "../json.ts";
import { statusOf } from "../refusal.ts";
import type { Page, Source } from "../streamer.ts";
import type { Row, Table } from "../table.ts";
import { contacts as contactsTable, messages as messagesTable, conversations as table } from "./tables.ts";

interface Position {
  /** Everything updated before this instant was read; ms since the epoch. */
  readonly upTo?: number;
  /** An unfinished pass from the newest down to `upTo`: what `upTo` becomes at its end, and the next page. */
  readonly walking?: { readonly upTo: number; readonly pageToken: string };
}

const integer = z.custom<number>(value => integerOf(value) !== undefined);
/** Ids of any length keep their digits. */
const id = z.custom<object>(value => /^\d+$/.test(String(value)));
const conversation = z.looseObject({ id, contactId: z.nullish(id), updatedAt: integer });
type Conversation = z.output<typeof conversation>;

const listed = z.object({
  data: z.array(conversation),
  links: z.nullish(z.object({ next: z.nullish(z.string()) })),
});
const listedMessages = z.object({
  data: z.object({ messages: records }),
  pagination: z.nullish(z.object({ more: z.nullish(z.boolean()), next: z.nullish(z.unknown()) })),
});
const found = z.object({ data: z.looseObject({ id }) });

const perPage = "50";
/** The statuses for an expired page token and for a deleted contact. */
const gone: readonly number[] = [400, 404, 410];
/** The statuses for the messages of a conversation that was deleted after it was listed. */
const deleted: readonly number[] = [404, 410];

type RowsOf = (conversation: Conversation) => Promise<readonly [Table, Row][]>;

/** Reads conversations, each with all its messages. */
export const conversations = (drift: Client): Source<Position> =>
  byConversation("conversations", [table, messagesTable], drift, () => async conversation => [
    [table, table.row(conversation)],
    ...(await messagesOf(drift, conversation.id)),
  ]);

/**
 * Reads the contacts of conversations, each once: Drift lists no others. They require a scope of their own,
 * so they are a source of their own.
 */
export const contacts = (drift: Client): Source<Position> =>
  byConversation("contacts", [contactsTable], drift, () => {
    const seen = new Set<string>();
    return async ({ contactId }) => {
      const name = String(contactId ?? "");
      if (name === "" || seen.has(name)) return [];
      seen.add(name);
      return contactOf(drift, name);
    };
  });

/**
 * Reads conversations from the newest update down to the last run's newest. A conversation that is updated in
 * between moves to the front, where the next run finds it.
 */
const byConversation = (
  name: string,
  tables: readonly Table[],
  drift: Client,
  rowsOf: () => RowsOf,
): Source<Position> => ({
  name,
  tables,
  async *pages(position = {}) {
    try {
      yield* walk(drift, position, rowsOf());
    } catch (error) {
      if (position.walking === undefined || !gone.includes(statusOf(error) ?? 0)) throw error;
      yield* walk(drift, position.upTo === undefined ? {} : { upTo: position.upTo }, rowsOf());
    }
  },
});

async function* walk(
  drift: Client,
  { upTo, walking }: Position,
  rowsOf: RowsOf,
): AsyncGenerator<Page<Position>> {
  let newest = walking?.upTo;
  let pageToken = walking?.pageToken;
  do {
    const searchParams = { limit: perPage, ...(pageToken && { page_token: pageToken }) };
    const { body } = await drift.get("conversations/list", listed, { searchParams });
    newest ??= integerOf(body.data[0]?.updatedAt);
    if (newest === undefined) return;
    const fresh = body.data.filter(({ updatedAt }) => upTo === undefined || integerOf(updatedAt)! >= upTo);
    pageToken = fresh.length === body.data.length ? tokenIn(body.links?.next) : undefined;
    const rows: [Table, Row][] = [];
    for (const conversation of fresh) rows.push(...(await rowsOf(conversation)));
    const position = pageToken
      ? { ...(upTo !== undefined && { upTo }), walking: { upTo: newest, pageToken } }
      : { upTo: newest };
    yield { rows, position };
  } while (pageToken !== undefined);
}

const tokenIn = (link: string | null | undefined) =>
  link == null ? undefined : (new URL(link).searchParams.get("page_token") ?? undefined);

async function messagesOf(drift: Client, conversation: object): Promise<[Table, Row][]> {
  const rows: [Table, Row][] = [];
  let next: string | undefined;
  do {
    const path = `conversations/${conversation}/messages`;
    const options = next === undefined ? {} : { searchParams: { next } };
    const answer = await undefinedIf(deleted, drift.get(path, listedMessages, options));
    if (answer === undefined) return rows;
    const { data, pagination } = answer.body;
    for (const message of data.messages)
      rows.push([messagesTable, messagesTable.row({ ...message, id: String(message.id) })]);
    next = pagination?.more && pagination.next != null ? String(pagination.next) : undefined;
  } while (next !== undefined);
  return rows;
}

async function contactOf(drift: Client, id: string): Promise<[Table, Row][]> {
  const answer = await undefinedIf(gone, drift.get(`contacts/${id}`, found));
  return answer === undefined ? [] : [[contactsTable, contactsTable.row(answer.body.data)]];
}

/** Resolves as `answer` does, or to undefined if it is refused with one of `statuses`. */
const undefinedIf = <T>(statuses: readonly number[], answer: Promise<T>): Promise<T | undefined> =>
  answer.catch((error: unknown) => {
    if (statuses.includes(statusOf(error) ?? 0)) return undefined;
    throw error;
  });
