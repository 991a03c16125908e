// Which type a growing set is of: the one that is given, else the one that its files agree on. Pure.
import { InputError } from "../../../src/errors";
import type { DataType } from "../../../src/files/media";
import { untyped } from "../../../src/files/scan/type-question";
import { indexedOf } from "../../../src/operations/publish/target";
import { counted } from "../../../src/text";
import type { LocalSet } from "../../process/local-files";
import type { GrowingGiven } from "./inputs";

/** Whether the files leave the type open. */
export function asksForType(error: unknown): boolean {
  return error instanceof InputError && error.problems.some(({ input }) => input === "dataType");
}

/** @throws InputError where files of several types leave it open */
export function requireType({ dataType }: GrowingGiven, { set, manifest }: LocalSet): DataType {
  const known = dataType ?? set.dataType;
  if (known === undefined) {
    const paths = manifest.entries.map(({ path }) => path);
    throw new InputError([{ input: "dataType", text: untyped(undefined, paths) }]);
  }
  if (indexedOf(manifest.entries, known).length > 0) return known;
  const files = counted(manifest.entries.length, "file");
  const text = `is ${known}, but none of the ${files} would be indexed as that`;
  throw new InputError([{ input: "dataType", text }]);
}
