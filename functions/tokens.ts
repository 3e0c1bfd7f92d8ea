import { byRoute } from "./by-route.ts";
import { authorizeToken } from "./http/authorize.ts";
import { pageOf } from "./http/parameters.ts";
import {
  newTokenResponse,
  receiveTokenRequest,
  revokedResponse,
  tokenId,
  tokensResponse,
} from "./http/token-responses.ts";
import { tokensQuery } from "./http/token-schemas.ts";
import { durationMilliseconds } from "./persister/duration.ts";
import { createToken, listTokens, revokeToken } from "./persister/tokens/tokens.ts";
import { tokensByEnvironment, type WiredTokens } from "./wire-tokens.ts";

export const tokens = byRoute<"tokens", WiredTokens>({
  "GET /v1/tokens": async ({ request, wired, background, deadline }) => {
    const { authority, tokenParts } = wired();
    const caller = await authorizeToken(request, { authority, deadline, background });
    const page = pageOf(request.query, tokensQuery);
    return tokensResponse(await listTokens({ caller, ...page, deadline }, tokenParts));
  },
  "POST /v1/tokens": async ({ request, wired, background, deadline }) => {
    const { authority, tokenParts } = wired();
    const caller = await authorizeToken(request, { authority, deadline, background });
    const { streamer, scopes, expires } = receiveTokenRequest(request);
    const validUntil = expires && tokenParts.clock.now() + durationMilliseconds(expires)!;
    const grant = { streamer, scopes, validUntil: validUntil || undefined };
    return newTokenResponse(await createToken({ caller, ...grant, deadline }, tokenParts));
  },
  "DELETE /v1/tokens/{id}": async ({ request, wired, background, deadline }) => {
    const { authority, tokenParts } = wired();
    const caller = await authorizeToken(request, { authority, deadline, background });
    await revokeToken({ caller, id: tokenId(request), deadline }, tokenParts);
    return revokedResponse();
  },
});

export const handler = tokens(tokensByEnvironment);
