// How much is to be sent, and what of it has landed: in earlier runs, and until now. Pure.
import { counted, formatBytes, formatCount } from "../../src/text";
import { describeCost } from "../../src/upload/cost";
import type { Results, ToSend } from "./results";

/** `3 files, 29 bytes, 12 API calls; 2 of 5 files landed in an earlier run` */
export function describeToSend({ cost, landedBefore }: ToSend): string {
  if (landedBefore === 0) return describeCost(cost);
  const all = counted(cost.files + landedBefore, "file");
  const before = `${formatCount(landedBefore)} of ${all} landed in an earlier run`;
  return `${cost.files === 0 ? "nothing" : describeCost(cost)}; ${before}`;
}

/** `124 of 500 files, 12 MB`; `undefined` where nothing has landed. */
export function describeLanded({ toSend, counts }: Readonly<Results>): string | undefined {
  let [all, landed, bytes] = [0, 0, 0];
  for (const [target, { files, landedBefore, landedBytes }] of toSend) {
    const now = counts.get(target);
    all += files;
    // What a growing set held already is unchanged, too, once it is made.
    landed += now === undefined ? landedBefore : Math.min(files, now.sent + now.unchanged);
    bytes += now?.bytesSent ?? 0;
    if (now === undefined || now.unchanged > 0) bytes += landedBytes;
  }
  if (landed === 0) return undefined;
  return `${formatCount(landed)} of ${counted(all, "file")}, ${formatBytes(bytes)}`;
}
