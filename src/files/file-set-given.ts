// What a file set is read by, as shapes: the options, and how. Reads nothing; bounds and globs are for who reads the options.
import {
  aFlag,
  aFunction,
  aNumber,
  anObject,
  aSignal,
  aText,
  aTextList,
  maybe,
  oneOf,
  optionsOf,
  type Members,
} from "../shapes";
import type { ChoosingRun } from "./choose";
import type { FileSetOptions } from "./file-set-options";
import { dataTypes } from "./media";

export const FILE_SET_OPTIONS = optionsOf<FileSetOptions>({
  root: aText,
  base: maybe(aText),
  include: aTextList,
  exclude: maybe(aTextList),
  prefix: maybe(aText),
  includeHidden: maybe(aFlag),
  symlinks: maybe(oneOf(["follow", "skip", "error"])),
  allowLinkTargets: maybe(aTextList),
  checkContent: maybe(oneOf(["warn", "error", "off"])),
  unindexed: maybe(oneOf(["leave-out", "send", "error"])),
  minAgeMinutes: maybe(aNumber),
  changingFiles: maybe(oneOf(["fail", "leave-out"])),
  dataType: maybe(oneOf(dataTypes)),
  folder: maybe(aText),
  partitionDepth: maybe(oneOf([0, 1])),
  allowEmpty: maybe(aFlag),
});

export const OF_CHOOSING: Members<ChoosingRun> = {
  signal: maybe(aSignal),
  cache: maybe(anObject),
  listed: maybe(anObject),
  isLeftOut: maybe(aFunction),
  leftOutBy: maybe(aText),
  linkTargetsInput: maybe(aText),
  countsRemoved: maybe(aFlag),
  onListing: maybe(aFunction),
};
