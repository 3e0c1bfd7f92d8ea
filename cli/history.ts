import { commitsIn } from "../functions/page/commits.ts";
import { type Endpoint, jsonOf, sendRequest } from "./endpoint.ts";
import { queryOf } from "./overview.ts";
import { tableOf } from "./table.ts";
import type { View } from "./text.ts";
import { ago, count } from "./times.ts";

const words: Readonly<Record<string, string>> = { rewind: "set", forget: "forgotten" };

/** Resolves to the bookmark's last commits, newest first, at most `limit`. Bookmarks keep their own text. */
export async function historyText(
  endpoint: Endpoint,
  limit: number | undefined,
  view: View,
): Promise<string> {
  const path = `/bookmark/history${queryOf({ limit })}`;
  const { text } = await sendRequest(endpoint, { method: "GET", path });
  jsonOf(text, endpoint);
  const { commits } = commitsIn(text);
  if (commits.length === 0) return "No bookmark has been committed yet.";
  return tableOf(
    [
      { name: "revision", isNumber: true },
      { name: "committed" },
      { name: "by", drop: 1 },
      { name: "bookmark", min: 8 },
    ],
    commits.map(({ revision, committedAt, by, bookmark }) => ({
      revision: count(revision),
      committed: ago(committedAt, view.now),
      by: words[by] ?? by,
      bookmark: bookmark?.text ?? "none",
    })),
    view,
  );
}
