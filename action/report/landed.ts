// What has landed of all that a run is to send, by itself and by earlier ones. Pure.
import { counted, formatBytes, formatCount } from "../../src/text";
import type { Results } from "./results";

/** `124 of 500 files, 12 MB`; `undefined` where nothing has landed. */
export function describeLanded({ toSend, counts }: Readonly<Results>): string | undefined {
  let [all, landed, bytes] = [0, 0, 0];
  for (const [target, { files, landedBefore, landedBytes }] of toSend) {
    const now = counts.get(target);
    all += files;
    // What a growing set held already is unchanged, too, once it is made.
    landed += now === undefined ? landedBefore : Math.min(files, now.sent + now.unchanged);
    bytes += now === undefined ? landedBytes : now.bytesSent + now.bytesSkipped;
  }
  if (landed === 0) return undefined;
  return `${formatCount(landed)} of ${counted(all, "file")}, ${formatBytes(bytes)}`;
}
