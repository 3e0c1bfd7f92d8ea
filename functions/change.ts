import { lambda } from "./aws/gateway.ts";
import { authorize } from "./http/authorize.ts";
import { receiveBookmark } from "./http/bookmark-body.ts";
import { requiredPreconditionOf } from "./http/conditions.ts";
import { answering } from "./http/problem.ts";
import { stateResponse } from "./http/responses.ts";
import { change as changeBookmark } from "./persister/commit/change.ts";
import { namingCommitted } from "./persister/commit/state.ts";
import { answerBy } from "./persister/limits.ts";
import { type Wired, wiredByEnvironment } from "./wire.ts";

/** `PUT` and `DELETE /v1/streamers/{streamer}/bookmark` */
export const change = (wired: () => Wired) =>
  lambda((request, deadline) =>
    answering(request, async aside => {
      const { authority, store } = wired();
      const streamer = await authorize(request, "admin", { authority, deadline: answerBy(deadline), aside });
      return namingCommitted(streamer, store, answerBy(deadline), async () => {
        const precondition = requiredPreconditionOf(request.headers);
        const bookmark = request.method === "PUT" ? receiveBookmark(request) : undefined;
        const asked = { streamer, precondition, bookmark, deadline: answerBy(deadline) };
        return stateResponse(streamer, await changeBookmark(asked, store));
      });
    }),
  );

export const handler = change(wiredByEnvironment);
