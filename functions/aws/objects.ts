import type { ClientOptions } from "./client-options.ts";
import type { Objects } from "./s3-client.ts";

/** Objects whose client is loaded at the first call. */
export interface LazyObjects extends Objects {
  /** Loads the client before it is needed. */
  load(): Promise<Objects>;
}

/**
 * Returns the objects of S3. The client is an eighth of a function's code, and most functions need it only
 * for large bookmarks, so it is a chunk of its own.
 */
export function s3Objects(options: ClientOptions): LazyObjects {
  let loading: Promise<Objects> | undefined;
  const load = () => {
    loading ??= import("./s3-client.ts").then(({ objectsOf, s3Client }) => objectsOf(s3Client(options)));
    return loading;
  };
  return {
    load,
    put: async (object, sending) => (await load()).put(object, sending),
    get: async (object, sending) => (await load()).get(object, sending),
  };
}
