import { lambda } from "./aws/gateway.ts";
import { authorize } from "./http/authorize.ts";
import type { BackgroundWork } from "./http/background-work.ts";
import type { HttpRequest, HttpResponse } from "./http/http-message.ts";
import { isStreamerName } from "./http/parameters.ts";
import { withProblems } from "./http/problem.ts";
import type { FunctionName, RouteOf } from "./http/routes.ts";
import { namingCommitted } from "./persister/commit/state.ts";
import type { PersisterError } from "./persister/errors.ts";
import { answerBy } from "./persister/limits.ts";
import type { Wired } from "./wire.ts";

/** A request and what is needed to answer it. Times are ms since the epoch. */
interface Call<W = Wired> {
  readonly request: HttpRequest;
  readonly wired: () => W;
  readonly background: BackgroundWork;
  /** When the response must be ready. */
  readonly deadline: number;
  /** When Lambda ends the invocation. */
  readonly lambdaDeadline: number;
}

export type Responder<W = Wired> = (call: Call<W>) => HttpResponse | Promise<HttpResponse>;

/** The ports that report the refusal of a request. */
type Reporting = Pick<Wired, "requests"> & Partial<Pick<Wired, "store">>;

/** Returns a function's Lambda handler, given a responder for each of its routes in http/routes.ts. */
export const byRoute =
  <F extends FunctionName, W extends Reporting = Wired>(
    responders: Readonly<Record<RouteOf<F>, Responder<W>>>,
  ) =>
  (wired: () => W) =>
    lambda((request, lambdaDeadline) =>
      withProblems(
        request,
        async background => {
          const respond = responders[request.route as RouteOf<F>];
          return respond({ request, wired, background, deadline: answerBy(lambdaDeadline), lambdaDeadline });
        },
        refused => reportRefusal(request, refused, wired(), answerBy(lambdaDeadline)),
      ),
    );

/** Reports a refusal, and whether its streamer is known. One that can't be looked up counts as unknown. */
async function reportRefusal(
  { requestId, route, streamer: name }: HttpRequest,
  { code }: PersisterError,
  { requests, store }: Reporting,
  deadline: number,
): Promise<void> {
  if (requests === undefined) return;
  const streamer = isStreamerName(name) ? name : undefined;
  const entry = streamer && (await store?.entries.read(streamer, deadline).catch(() => undefined));
  requests.onRefused({ requestId, route, code, streamer, isKnown: entry !== undefined && entry !== "" });
}

interface StreamerCall extends Pick<Call, "request" | "deadline">, Pick<Wired, "store"> {
  readonly streamer: string;
}

/**
 * Returns a responder that authorizes the caller for the URL's streamer. Its errors name what is committed.
 */
export const forStreamer = (respond: (call: StreamerCall) => Promise<HttpResponse>): Responder =>
  forSettings(call => namingCommitted(call.streamer, call.store, call.deadline, () => respond(call)));

/** Returns the same for a streamer's settings, whose errors do not name what is committed. */
export const forSettings =
  (respond: (call: StreamerCall) => Promise<HttpResponse>): Responder =>
  async ({ request, wired, background, deadline }) => {
    const { authority, store } = wired();
    const streamer = await authorize(request, { authority, deadline, background });
    return respond({ request, streamer, store, deadline });
  };
