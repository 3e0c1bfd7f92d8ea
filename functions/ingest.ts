import { lambda } from "./aws/gateway.ts";
import { receiptResponse } from "./http/answers.ts";
import { authenticate } from "./http/authenticate.ts";
import { receiveBody } from "./http/intake.ts";
import { answering } from "./http/problem.ts";
import { streamerName } from "./http/streamer-name.ts";
import { persist } from "./persister/persist.ts";
import { type Wired, wiredByEnvironment } from "./wire.ts";

/** `POST /v1/streamers/{streamer}` */
export const ingest = (wired: () => Wired) =>
  lambda((request, deadline) =>
    answering(request, async () => {
      const { token, parts } = wired();
      await authenticate(request.headers, token);
      const streamer = streamerName(request.streamer);
      const receipt = await persist({ streamer, ...receiveBody(request), deadline }, await parts());
      return receiptResponse(request, receipt);
    }),
  );

export const handler = ingest(wiredByEnvironment);
