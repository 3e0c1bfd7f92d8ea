import { byRoute, forStreamer } from "./by-route.ts";
import { historyQuery, pageOf } from "./http/parameters.ts";
import { bookmarkResponse, healthResponse, historyResponse } from "./http/responses.ts";
import { readState } from "./persister/commit/state.ts";
import { readHistory } from "./persister/query/history.ts";
import { wiredByEnvironment } from "./wire.ts";

export const bookmark = byRoute<"bookmark">({
  "GET /v1/streamers/{streamer}/bookmark": forStreamer(async ({ request, streamer, store, deadline }) =>
    bookmarkResponse(request, await readState(streamer, store, deadline)),
  ),
  "GET /v1/streamers/{streamer}/bookmark/history": forStreamer(
    async ({ request, streamer, store, deadline }) => {
      const page = pageOf(request.query, historyQuery());
      return historyResponse(streamer, await readHistory({ streamer, ...page, deadline }, store));
    },
  ),
  "GET /v1/health": healthResponse,
});

export const handler = bookmark(wiredByEnvironment);
