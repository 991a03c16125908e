// What all files of a run are sent with, whatever batch they go in.
import type { Avala } from "../../api/connection";
import { createFileDigests, type FileDigests } from "../../files/workers/digest-thread";
import { createStoreCheck, type StoreCheck } from "../check/store-check";
import type { PartSigning } from "./part-signer";
import { createPartMemories, createRings, type PartMemories, type Rings } from "./piece-memory";

export interface SendingTools {
  readonly signing: PartSigning;
  readonly partMemories: PartMemories;
  readonly rings: Rings;
  readonly check: StoreCheck;
  /** Of the files as they are read. */
  readonly sha256: FileDigests;
}

export function createSendingTools(avala: Pick<Avala, "remembered" | "pace">): SendingTools {
  return {
    signing: { isOneByOne: false },
    partMemories: createPartMemories(),
    rings: createRings(),
    check: createStoreCheck(avala),
    sha256: createFileDigests("sha256"),
  };
}
