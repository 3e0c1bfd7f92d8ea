import * as z from "zod/mini";
import { records } from "../page.ts";
import type { Page, Source } from "../streamer.ts";
import type { Row, Table } from "../table.ts";
import { type Drift, listed, statusOf } from "./client.ts";
import { contacts, messages, conversations as table } from "./tables.ts";

interface Place {
  /** All that was updated before this instant was given; ms since the epoch. */
  readonly upTo?: number;
  /** On the way from the newest down to there: what `upTo` becomes at the end, and the page to go on with. */
  readonly walking?: { readonly upTo: number; readonly pageToken: string };
}

interface Conversation {
  readonly id: number;
  readonly contactId?: number;
  readonly updatedAt: number;
}
interface Conversations {
  readonly data: readonly Conversation[];
  readonly links?: { readonly next?: string };
}
interface Messages {
  readonly data: { readonly messages: readonly object[] };
  readonly pagination?: { readonly more: boolean; readonly next?: string | number };
}

const listedMessages = z.object({ data: z.object({ messages: records }) });
const contact = z.object({ data: z.looseObject({ id: z.number() }) });
const perPage = "50";
/** What a page token that is too old is answered with, and a contact that was deleted. */
const gone = [400, 404, 410];
/** What the messages are answered with of a conversation that was deleted since it was listed. */
const deleted = [404, 410];

/**
 * Conversations from the newest update down to the last run's newest, each with all its messages and its contact. One that is
 * updated meanwhile moves to the front, where the next run finds it.
 */
export const conversations = (drift: Drift): Source<Place> => ({
  name: "conversations",
  tables: [table, messages, contacts],
  async *pages(place = {}) {
    try {
      yield* walk(drift, place);
    } catch (error) {
      if (place.walking === undefined || !gone.includes(statusOf(error) ?? 0)) throw error;
      yield* walk(drift, place.upTo === undefined ? {} : { upTo: place.upTo });
    }
  },
});

async function* walk(drift: Drift, { upTo, walking }: Place): AsyncGenerator<Page<Place>> {
  const contactsSeen = new Set<number>();
  let newest = walking?.upTo;
  let pageToken = walking?.pageToken;
  do {
    const paging = { limit: perPage, ...(pageToken && { page_token: pageToken }) };
    const { body } = await drift.get<Conversations>("conversations/list", listed, paging);
    newest ??= body.data[0]?.updatedAt;
    if (newest === undefined) return;
    const fresh = body.data.filter(({ updatedAt }) => upTo === undefined || updatedAt >= upTo);
    pageToken = fresh.length === body.data.length ? tokenIn(body.links?.next) : undefined;
    const rows: [Table, Row][] = [];
    for (const conversation of fresh) {
      rows.push([table, table.row(conversation)], ...(await messagesOf(drift, conversation.id)));
      const { contactId } = conversation;
      if (contactId === undefined || contactsSeen.has(contactId)) continue;
      contactsSeen.add(contactId);
      rows.push(...(await contactOf(drift, contactId)));
    }
    const place = pageToken
      ? { ...(upTo !== undefined && { upTo }), walking: { upTo: newest, pageToken } }
      : { upTo: newest };
    yield { rows, place };
  } while (pageToken !== undefined);
}

const tokenIn = (link: string | undefined) =>
  link === undefined ? undefined : (new URL(link).searchParams.get("page_token") ?? undefined);

async function messagesOf(drift: Drift, conversation: number): Promise<[Table, Row][]> {
  const rows: [Table, Row][] = [];
  let next: string | undefined;
  do {
    const path = `conversations/${conversation}/messages`;
    const answer = await unless(deleted, drift.get<Messages>(path, listedMessages, next ? { next } : {}));
    if (answer === undefined) return rows;
    const { body } = answer;
    for (const message of body.data.messages)
      rows.push([messages, messages.row({ ...message, id: String((message as { id: unknown }).id) })]);
    const { more = false, next: cursor } = body.pagination ?? {};
    next = more && cursor !== undefined ? String(cursor) : undefined;
  } while (next !== undefined);
  return rows;
}

async function contactOf(drift: Drift, id: number): Promise<[Table, Row][]> {
  const answer = await unless(gone, drift.get<{ data: object }>(`contacts/${id}`, contact));
  return answer === undefined ? [] : [[contacts, contacts.row(answer.body.data)]];
}

/** What is answered; undefined where that is one of `statuses`. */
const unless = <T>(statuses: readonly number[], answer: Promise<T>): Promise<T | undefined> =>
  answer.catch((error: unknown) => {
    if (statuses.includes(statusOf(error) ?? 0)) return undefined;
    throw error;
  });
