import { lambda } from "./aws/gateway.ts";
import { authorize } from "./http/authorize.ts";
import { pageOf } from "./http/page.ts";
import { historyQuery } from "./http/parameters.ts";
import { answering } from "./http/problem.ts";
import { bookmarkResponse, healthResponse, historyResponse } from "./http/responses.ts";
import { namingCommitted, readState } from "./persister/commit/state.ts";
import { answerBy } from "./persister/limits.ts";
import { readHistory } from "./persister/query/history.ts";
import { type Wired, wiredByEnvironment } from "./wire.ts";

/** `GET /v1/streamers/{streamer}/bookmark` and `…/bookmark/history`, and `GET /v1/health` beside them. */
export const bookmark = (wired: () => Wired) =>
  lambda((request, deadline) =>
    answering(request, async aside => {
      if (request.route === "GET /v1/health") return healthResponse();
      const { authority, store } = wired();
      const streamer = await authorize(request, "read", { authority, deadline: answerBy(deadline), aside });
      return namingCommitted(streamer, store, answerBy(deadline), async () => {
        if (request.route.endsWith("/history")) {
          const page = pageOf(request.query, historyQuery);
          const history = await readHistory({ streamer, ...page, deadline: answerBy(deadline) }, store);
          return historyResponse(streamer, history);
        }
        return bookmarkResponse(request, await readState(streamer, store, answerBy(deadline)));
      });
    }),
  );

export const handler = bookmark(wiredByEnvironment);
