/** Reads records in another way than the scan. */
export interface RecordSource {
  /** Reads the record at the reader's position, up to its end. Returns false if the scan must do so. */
  readRecord(): boolean;
}
