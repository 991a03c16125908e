// A word on items of which neither a key nor storage shows which file each is: what becomes of their annotations.
import type { Avala } from "../../api/connection";
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import { printable } from "../../redact";
import { counted } from "../../text";
import type { HeldEntry } from "./growth-plan";
import { isUnclear } from "./unclear-items";

export function reportUnclear(
  avala: Pick<Avala, "emit">,
  { name, uid }: Dataset,
  entries: readonly HeldEntry[],
): void {
  const items = entries.filter(isUnclear);
  if (items.length === 0) return;
  const candidates = new Set(items.map((one) => one.candidates ?? []));
  const paths = new Set([...candidates].flat());
  const named = [...paths]
    .slice(0, 2)
    .map((path) => printable(path))
    .join(" or ");
  const head = `${counted(items.length, "item")} of ${printable(name)} (uid ${printable(uid)}) ${items.length === 1 ? "has a key" : "have keys"} that may be made of the paths of several files, for example ${named}. No record here says what was sent, and storage does not show it.`;
  const files = paths.size === 1 ? "This file is" : `These ${counted(paths.size, "file")} are`;
  avala.emit({
    kind: "warning",
    text: `${head} ${files} not sent, and count as not compared unless another item holds them; the items stay as they are. A file that was given another name is sent as a new item, and its annotations stay on the old one. To have such items told apart, keep the folder AVALA_STATE_DIR between runs, or give the files different names.`,
  });
}
