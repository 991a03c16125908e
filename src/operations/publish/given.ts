// What publishing is given, as shapes: held against it before anything is asked. Does nothing.
import { aSession, type Avala } from "../../api/connection";
import { OF_CONFIRM } from "../../api/endpoints/uploads/manual-upload";
import { aDataset } from "../../api/endpoints/datasets/dataset-wire";
import { aFileList } from "../../files/local-file";
import { dataTypes } from "../../files/media";
import {
  aFlag,
  aFunction,
  anObject,
  aText,
  longListOf,
  maybe,
  oneOf,
  optionsOf,
  partOf,
  refuse,
  type Members,
  type Shape,
} from "../../shapes";
import { aLanded, TIMING, type UploadFile } from "../../upload/request";
import { aWaitLeft } from "../wait";
import type { DecideOptions, Decision, PublishOptions, PublishTarget, SendTarget } from "./target";

/** Of none the server would make an empty dataset, whose name could never be confirmed again with files. */
const someFiles: Shape<readonly UploadFile[]> = (input, files) =>
  Array.isArray(files) && files.length === 0
    ? [{ input, text: "there are none, so the dataset would be made empty" }]
    : aFileList(input, files);

const OF_TARGET = {
  files: someFiles,
  digest: maybe(aText),
  tags: maybe(anObject),
  stored: maybe(aLanded),
  ifExists: oneOf(["verify", "fail"]),
};

/** What is only looked for needs no more than a name. */
const SEND_TARGET = optionsOf<SendTarget>({
  dataset: partOf<SendTarget["dataset"]>({
    name: aText,
    slug: maybe(aText),
    ownerName: maybe(aText),
    organizationUid: maybe(aText),
    dataType: maybe(oneOf(dataTypes)),
  }),
  ...OF_TARGET,
});

const PUBLISH_TARGET = optionsOf<PublishTarget>({
  dataset: partOf<PublishTarget["dataset"]>({
    ...OF_CONFIRM,
    dataType: oneOf(dataTypes),
  }),
  ...OF_TARGET,
});

const DECISION: Shape<Decision> = optionsOf<Pick<Decision, "kind" | "target">>({
  kind: oneOf(["send", "found"]),
  target: PUBLISH_TARGET,
});

/** As increments of a growing set take them, too. */
export const OF_PUBLISHING: Members<Omit<PublishOptions, "words" | "findMade">> = {
  waitMs: aWaitLeft,
  waits: maybe(aFlag),
  ...TIMING,
  stateDirectory: maybe(aText),
  digests: maybe(anObject),
  isRoomChecked: maybe(aFlag),
  slugFor: maybe(aFunction),
  onConfirmed: maybe(aFunction),
};

const PUBLISH_OPTIONS = optionsOf<PublishOptions>({
  ...OF_PUBLISHING,
  words: maybe(anObject),
  findMade: maybe(aFunction),
});

const DECIDE_OPTIONS = optionsOf<DecideOptions>({
  waitMs: aWaitLeft,
  stateDirectory: maybe(aText),
  words: maybe(anObject),
  isComparedLater: maybe(aFlag),
  isSent: maybe(aFlag),
  sentOver: maybe(longListOf("paths", aText)),
  isTaken: maybe(aFlag),
  listed: maybe(longListOf("datasets", aDataset)),
});

/** @throws InputError before anything is asked, as the others */
export function requirePublishing(
  avala: Avala,
  target: PublishTarget,
  options: PublishOptions,
): void {
  refuse(
    aSession("avala", avala),
    PUBLISH_OPTIONS("options", options),
    PUBLISH_TARGET("target", target),
  );
}

export function requireDeciding(avala: Avala, target: SendTarget, options: DecideOptions): void {
  refuse(
    aSession("avala", avala),
    DECIDE_OPTIONS("options", options),
    SEND_TARGET("target", target),
  );
}

export function requireDecision(avala: Avala, decision: Decision, options: PublishOptions): void {
  refuse(
    aSession("avala", avala),
    PUBLISH_OPTIONS("options", options),
    DECISION("decision", decision),
  );
}
