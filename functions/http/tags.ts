import type { Route } from "./routes.ts";

interface Tag {
  readonly name: string;
  readonly description: string;
  readonly externalDocs?: { readonly description: string; readonly url: string };
  /** Matches the routes that belong to it, and to no tag above it. */
  readonly routes: RegExp;
}

/** The groups of operations in the OpenAPI document, in its order. */
const tags: readonly Tag[] = [
  {
    name: "Deliveries",
    description: "Send a stitchstream, and read what became of it.",
    externalDocs: {
      description: "Singer's specification: a body may be the output of a Singer tap",
      url: "https://github.com/singer-io/getting-started/blob/master/docs/SPEC.md",
    },
    routes: /^POST \/v1\/streamers|\/deliveries/,
  },
  {
    name: "Bookmarks",
    description: "Read the last committed bookmark (Singer calls it state) and its history, or change it.",
    routes: /\/bookmark/,
  },
  { name: "Streamers", description: "Read how streamers are doing, and set them up.", routes: /\/streamers/ },
  { name: "Tokens", description: "Create, list and revoke tokens.", routes: /\/tokens/ },
  { name: "Endpoint", description: "Read about the endpoint itself, without a token.", routes: /./ },
];

/** Returns the name of the group that an operation belongs to. */
export const tagOf = (route: Route): string => tags.find(({ routes }) => routes.test(route))!.name;

/** Returns the groups that some of the operations belong to, as OpenAPI's tag objects. */
export function tagsOf(all: readonly Route[]): Omit<Tag, "routes">[] {
  const used = new Set(all.map(tagOf));
  return tags.filter(({ name }) => used.has(name)).map(({ routes: _, ...tag }) => tag);
}
