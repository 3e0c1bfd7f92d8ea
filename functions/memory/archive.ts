import { PersisterError } from "../persister/errors.ts";
import type { Archive } from "../persister/ports.ts";

/** Returns an in-memory archive that lasts as long as the process and exposes its objects. */
export function memoryArchive(): Archive & { readonly objects: ReadonlyMap<string, Uint8Array> } {
  const objects = new Map<string, Uint8Array>();
  return {
    objects,
    put(key, bytes) {
      if (objects.has(key))
        return Promise.reject(new PersisterError("archive-unavailable", "The key is taken."));
      objects.set(key, bytes.slice());
      return Promise.resolve(`memory://${key}`);
    },
  };
}
