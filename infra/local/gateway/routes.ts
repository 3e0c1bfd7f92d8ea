import type { APIGatewayProxyEventV2, APIGatewayProxyResultV2, Context } from "aws-lambda";

type GatewayHandler = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyResultV2>;

export interface Route {
  /** In capitals, or "ANY". */
  readonly method: string;
  /** "/v1/streamers/{streamer}": a part in braces takes one segment, never an empty one. */
  readonly path: string;
  readonly handler: GatewayHandler;
  /** The function's own timeout, in ms. */
  readonly timeoutMilliseconds: number;
}

export interface Match {
  readonly route: Route;
  /** Percent-encoded, as sent. */
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * Returns the route for a request. If several match: the fewest parameters, then a method of its own before
 * ANY.
 */
export function matchRoute(routes: readonly Route[], method: string, path: string): Match | undefined {
  const matches = routes
    .filter(route => route.method === method || route.method === "ANY")
    .map(route => ({ route, parameters: parametersOf(route.path, path) }))
    .filter((match): match is Match => match.parameters !== undefined);
  return matches.sort((a, b) => rank(a) - rank(b))[0];
}

const rank = ({ route, parameters }: Match) => 2 * parameters.size + (route.method === "ANY" ? 1 : 0);

function parametersOf(template: string, path: string): ReadonlyMap<string, string> | undefined {
  const expected = template.split("/");
  const found = path.split("/");
  if (expected.length !== found.length) return undefined;
  const parameters = new Map<string, string>();
  for (const [index, part] of expected.entries()) {
    const segment = found[index]!;
    const name = /^\{(.+)\}$/.exec(part)?.[1];
    if (name === undefined ? part !== segment : segment === "") return undefined;
    if (name !== undefined) parameters.set(name, segment);
  }
  return parameters;
}
