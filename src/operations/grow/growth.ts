// A growing set and what a caller knows of it, as values. Does nothing.
import type { ConfirmInput } from "../../api/endpoints/uploads/manual-upload";
import type { Manifest } from "../../files/manifest/manifest";
import type { DataType } from "../../files/media";
import type { UploadFile } from "../../upload/request";
import type { LandedInBatch } from "../../upload/journal/batch";
import type { PublishOptions } from "../publish/target";
import type { GrowingName, NumberedName } from "./increment-name";
import type { HeldEntry, Move } from "./growth-plan";

export type GrowingFile = UploadFile & { readonly sha256: string };

/** The files that are declared now, and what their datasets are to be. */
export interface GrowTarget {
  readonly name: GrowingName;
  readonly dataset: Omit<ConfirmInput, "name" | "slug" | "uploadUid"> & {
    readonly dataType: DataType;
  };
  readonly files: readonly GrowingFile[];
  /** Paths of files, or of folders of them, that are there and were left for a later run: what the set holds of them stays. */
  readonly postponed?: readonly string[] | undefined;
}

/** What is known of an increment without asking for its items. */
export interface KnownIncrement extends NumberedName {
  readonly uid: string;
  /** For messages: a dataset may be renamed. */
  readonly name: string;
  /** The server's word for the owner then: with another one it is asked again whose it is. */
  readonly ownerName?: string | undefined;
  readonly entries: readonly HeldEntry[];
  /** As a plan had them in an earlier run. */
  readonly moved?: readonly Move[] | undefined;
}

interface StoredIncrement extends LandedInBatch {
  readonly name: string;
  /**
   * All that it was to be made of, each sha256 perhaps a prefix. Without it, it is continued, and what has become of its confirm
   * is known, only where nothing else is new.
   */
  readonly whole?: Manifest | undefined;
}

export type GrowOptions = Omit<PublishOptions, "words" | "findMade"> & {
  /** What the caller's own state says was sent. The record in the state folder is read as well. */
  readonly known?: readonly KnownIncrement[] | undefined;
  /** What the caller's own state says has landed for an increment that is not made yet, and under which name. */
  readonly stored?: StoredIncrement | undefined;
};
