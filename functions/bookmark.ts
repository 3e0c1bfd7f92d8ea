import { lambda } from "./aws/gateway.ts";
import { bookmarkResponse, healthResponse } from "./http/answers.ts";
import { authenticate } from "./http/authenticate.ts";
import { answering } from "./http/problem.ts";
import { streamerName } from "./http/streamer-name.ts";
import { type Wired, wiredByEnvironment } from "./wire.ts";

/** `GET /v1/streamers/{streamer}/bookmark`, and `GET /v1/health` beside it. */
export const bookmark = (wired: () => Wired) =>
  lambda(request =>
    answering(request, async () => {
      if (request.path === "/v1/health") return healthResponse();
      const { token, streamers } = wired();
      await authenticate(request.headers, token);
      return bookmarkResponse(request, await streamers.read(streamerName(request.streamer)));
    }),
  );

export const handler = bookmark(wiredByEnvironment);
