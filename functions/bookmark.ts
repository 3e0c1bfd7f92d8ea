import { lambda } from "./aws/gateway.ts";
import { bookmarkResponse, healthResponse, historyResponse } from "./http/answers.ts";
import { admit } from "./http/authenticate.ts";
import { pageOf } from "./http/page.ts";
import { historyQuery } from "./http/parameters.ts";
import { answering } from "./http/problem.ts";
import { readHistory } from "./persister/history.ts";
import { answerBy } from "./persister/limits.ts";
import { readState } from "./persister/state.ts";
import { type Wired, wiredByEnvironment } from "./wire.ts";

/** `GET /v1/streamers/{streamer}/bookmark` and `…/bookmark/history`, and `GET /v1/health` beside them. */
export const bookmark = (wired: () => Wired) =>
  lambda((request, deadline) =>
    answering(request, async () => {
      if (request.route === "GET /v1/health") return healthResponse();
      const { authority, store } = wired();
      const streamer = await admit(request, "read", authority, answerBy(deadline));
      if (request.route.endsWith("/history")) {
        const page = await readHistory(
          { streamer, ...pageOf(request.query, historyQuery), deadline: answerBy(deadline) },
          store,
        );
        return historyResponse(streamer, page);
      }
      return bookmarkResponse(request, await readState(streamer, store, answerBy(deadline)));
    }),
  );

export const handler = bookmark(wiredByEnvironment);
