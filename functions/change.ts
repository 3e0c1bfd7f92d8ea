import { byRoute, forSettings, forStreamer } from "./by-route.ts";
import { receiveBookmark } from "./http/bookmark-body.ts";
import { requiredPreconditionOf } from "./http/conditions.ts";
import { settingsResponse, stateResponse } from "./http/responses.ts";
import { receiveSettings } from "./http/settings-body.ts";
import { change as changeBookmark } from "./persister/commit/change.ts";
import { changeSettings } from "./persister/commit/settings.ts";
import { wiredByEnvironment } from "./wire.ts";

const changing = forStreamer(async ({ request, streamer, store, deadline }) => {
  const precondition = requiredPreconditionOf(request.headers);
  const bookmark = request.method === "PUT" ? receiveBookmark(request) : undefined;
  return stateResponse(streamer, await changeBookmark({ streamer, precondition, bookmark, deadline }, store));
});

export const change = byRoute<"change">({
  "PUT /v1/streamers/{streamer}/bookmark": changing,
  "DELETE /v1/streamers/{streamer}/bookmark": changing,
  "PUT /v1/streamers/{streamer}/settings": forSettings(async ({ request, streamer, store, deadline }) => {
    const precondition = requiredPreconditionOf(request.headers);
    const settings = receiveSettings(request);
    return settingsResponse(await changeSettings({ streamer, settings, precondition, deadline }, store));
  }),
});

export const handler = change(wiredByEnvironment);
