// What growing a set is given, as shapes: held against it before anything is asked. Does nothing.
import { aDataset, OF_UNNAMED } from "../../api/endpoints/datasets/dataset-wire";
import { aManifest, seemsEntry } from "../../files/manifest/manifest";
import { dataTypes } from "../../files/media";
import {
  aNumber,
  anObject,
  aSize,
  aText,
  listOf,
  longListOf,
  maybe,
  oneOf,
  optionsOf,
  partOf,
  type Members,
} from "../../shapes";
import { OF_LANDED } from "../../upload/request";
import { OF_PUBLISHING } from "../publish/given";
import type { GrowingFile, GrowOptions, GrowTarget, KnownIncrement } from "./growth";
import type { GrowthPlan, HeldEntry, Increment, Move } from "./growth-plan";
import type { GrowingName } from "./increment-name";

const aGrowingName = partOf<GrowingName>(
  { before: aText, slug: maybe(aText), folder: maybe(aText) },
  "what growingName returns",
);

export const GROW_TARGET = optionsOf<GrowTarget>({
  name: aGrowingName,
  dataset: partOf<GrowTarget["dataset"]>({ ...OF_UNNAMED, dataType: oneOf(dataTypes) }),
  files: longListOf(
    "files",
    partOf<GrowingFile>({ path: aText, absolutePath: aText, sizeBytes: aSize, sha256: aText }),
    (file) => seemsEntry(file) && typeof file.absolutePath === "string",
  ),
  postponed: maybe(longListOf("paths", aText)),
});

const someHeld = longListOf(
  "files",
  partOf<Pick<HeldEntry, "path">>({ path: aText }),
  ({ path }) => typeof path === "string",
);

const anIncrement = partOf<KnownIncrement>({
  number: aNumber,
  shortDigest: aText,
  uid: aText,
  name: aText,
  ownerName: maybe(aText),
  entries: someHeld,
  moved: maybe(longListOf("moves", partOf<Move>({ path: aText, to: aText }))),
});

export const OF_GROWING: Members<GrowOptions> = {
  ...OF_PUBLISHING,
  known: maybe(listOf("increments", anIncrement)),
  stored: maybe(
    partOf<NonNullable<GrowOptions["stored"]>>({
      ...OF_LANDED,
      name: aText,
      whole: maybe(aManifest),
    }),
  ),
};

export const GROW_OPTIONS = optionsOf<GrowOptions>(OF_GROWING);

export const someIncrements = longListOf<Pick<Increment, "dataset" | "entries">>(
  "increments",
  partOf<Pick<Increment, "dataset" | "entries">>({
    dataset: aDataset,
    entries: someHeld,
  }),
);

const aList = longListOf("files", anObject);

export const aPlan = partOf<Omit<GrowthPlan, "toSend">>({
  current: aList,
  superseded: aList,
  moved: aList,
  unverified: aList,
  postponed: aList,
});
