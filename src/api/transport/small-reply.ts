// The beginning of a reply that is read for its error or its headers, not for a file. Knows nothing of what it says.

export const MAX_REPLY_BYTES = 256 * 1024;

/** Ends after the piece that passes the bound: a store that never ends its reply does not hold a run. */
export async function readSome(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_REPLY_BYTES) break;
  }
  return Buffer.concat(chunks);
}
