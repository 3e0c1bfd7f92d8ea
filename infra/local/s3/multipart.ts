import { randomUUID } from "node:crypto";
import { S3Error } from "./body.ts";
import type { ObjectStore } from "./store.ts";

/** Uploads in parts: each part is an object of its own until the upload is completed. */
export class MultipartUploads {
  readonly #store: ObjectStore;
  readonly #bucket = ".uploads";

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** Resolves to the upload's id. */
  async create(bucket: string, key: string, headers: Record<string, string>): Promise<string> {
    const id = randomUUID();
    const bytes = Buffer.from(JSON.stringify({ bucket, key }));
    await this.#store.put(this.#bucket, `${id}/upload`, { bytes, headers, onlyNew: true });
    return id;
  }

  /** Resolves to the part's ETag. */
  async addPart(id: string, number: number, bytes: Uint8Array): Promise<string> {
    await this.#headers(id);
    return (await this.#store.put(this.#bucket, this.#partKey(id, number), { bytes })).etag;
  }

  /** Joins the parts in the order that `xml` lists them, and resolves to the object's ETag. */
  async complete(id: string, bucket: string, key: string, xml: string): Promise<string> {
    const headers = await this.#headers(id);
    const numbers = [...xml.matchAll(/<PartNumber>(\d+)<\/PartNumber>/g)].map(([, digits]) => Number(digits));
    const parts = await Promise.all(
      numbers.map(number => this.#store.read(this.#bucket, this.#partKey(id, number))),
    );
    if (parts.length === 0 || parts.includes(undefined)) {
      throw new S3Error(400, "InvalidPart", "One or more of the specified parts could not be found.");
    }
    const { etag } = await this.#store.put(bucket, key, { bytes: Buffer.concat(parts as Buffer[]), headers });
    await this.abort(id);
    return etag;
  }

  async abort(id: string): Promise<void> {
    for (const { key } of await this.#store.list(this.#bucket, `${id}/`))
      await this.#store.remove(this.#bucket, key);
  }

  async #headers(id: string): Promise<Record<string, string>> {
    const upload = await this.#store.facts(this.#bucket, `${id}/upload`);
    if (upload === undefined) throw new S3Error(404, "NoSuchUpload", "The specified upload does not exist.");
    return upload.headers;
  }

  #partKey(id: string, number: number): string {
    return `${id}/${String(number).padStart(5, "0")}`;
  }
}
