const endOfDirectory = 0x06054b50;
const endOfDirectoryBytes = 22;
const entryBytes = 46;

/**
 * The names of a zip's files, by its central directory:
 * https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.
 */
export function zipEntries(zip: Buffer): string[] {
  const end = zip.length - endOfDirectoryBytes;
  if (zip.readUInt32LE(end) !== endOfDirectory) throw new Error("a zip without an end, or with a comment");
  const names: string[] = [];
  let entry = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [name, extra, comment] = [28, 30, 32].map(field => zip.readUInt16LE(entry + field));
    names.push(zip.toString("utf8", entry + entryBytes, entry + entryBytes + name!));
    entry += entryBytes + name! + extra! + comment!;
  }
  return names;
}
