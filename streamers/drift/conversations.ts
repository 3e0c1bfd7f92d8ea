import * as z from "zod/mini";
import { records } from "../check-page.ts";
import type { Client } from "../client.ts";
import { integerOf } from "../json.ts";
import { statusOf } from "../refusal.ts";
import type { Page, Source } from "../streamer.ts";
import type { Row, Table } from "../table.ts";
import { contacts as contactsTable, messages as messagesTable, conversations as table } from "./tables.ts";

interface Place {
  /** All that was updated before this instant was given; ms since the epoch. */
  readonly upTo?: number;
  /**
   * On the way from the newest down to there: what `upTo` becomes at the end, and the page to continue with.
   */
  readonly walking?: { readonly upTo: number; readonly pageToken: string };
}

const integer = z.custom<number>(value => integerOf(value) !== undefined);
/** Ids are printed as they were read, whatever their length. */
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
/** What a page token that is too old is answered with, and a contact that was deleted. */
const gone: readonly number[] = [400, 404, 410];
/** What the messages are answered with of a conversation that was deleted since it was listed. */
const deleted: readonly number[] = [404, 410];

type RowsOf = (conversation: Conversation) => Promise<readonly [Table, Row][]>;

/** Conversations, each with all its messages. */
export const conversations = (drift: Client): Source<Place> =>
  byConversation("conversations", [table, messagesTable], drift, () => async conversation => [
    [table, table.row(conversation)],
    ...(await messagesOf(drift, conversation.id)),
  ]);

/**
 * The contacts of conversations, each once: Drift lists no others. They have a scope of their own, and so a
 * place.
 */
export const contacts = (drift: Client): Source<Place> =>
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
 * Goes through conversations from the newest update down to the last run's newest. One that is updated
 * meanwhile moves to the front, where the next run finds it.
 */
const byConversation = (
  name: string,
  tables: readonly Table[],
  drift: Client,
  rowsOf: () => RowsOf,
): Source<Place> => ({
  name,
  tables,
  async *pages(place = {}) {
    try {
      yield* walk(drift, place, rowsOf());
    } catch (error) {
      if (place.walking === undefined || !gone.includes(statusOf(error) ?? 0)) throw error;
      yield* walk(drift, place.upTo === undefined ? {} : { upTo: place.upTo }, rowsOf());
    }
  },
});

async function* walk(drift: Client, { upTo, walking }: Place, rowsOf: RowsOf): AsyncGenerator<Page<Place>> {
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
    const place = pageToken
      ? { ...(upTo !== undefined && { upTo }), walking: { upTo: newest, pageToken } }
      : { upTo: newest };
    yield { rows, place };
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
    const answer = await unless(deleted, drift.get(path, listedMessages, options));
    if (answer === undefined) return rows;
    const { data, pagination } = answer.body;
    for (const message of data.messages)
      rows.push([messagesTable, messagesTable.row({ ...message, id: String(message.id) })]);
    next = pagination?.more && pagination.next != null ? String(pagination.next) : undefined;
  } while (next !== undefined);
  return rows;
}

async function contactOf(drift: Client, id: string): Promise<[Table, Row][]> {
  const answer = await unless(gone, drift.get(`contacts/${id}`, found));
  return answer === undefined ? [] : [[contactsTable, contactsTable.row(answer.body.data)]];
}

/** What is answered; undefined where that is one of `statuses`. */
const unless = <T>(statuses: readonly number[], answer: Promise<T>): Promise<T | undefined> =>
  answer.catch((error: unknown) => {
    if (statuses.includes(statusOf(error) ?? 0)) return undefined;
    throw error;
  });
