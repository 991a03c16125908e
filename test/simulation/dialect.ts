// What the simulated server says where the evidence on Avala leaves it open, and which mixtures of it a world may draw.
// Knows nothing of uploads.
import type { Seeded } from "./seeded";

/**
 * To a presign that offers the second protocol. `mixed`: a form, or parts for a large file. `put`: a PUT, or parts.
 * `refused`: a 400 that names its fields, also in the confirm. `ignored`: a form, and there are no batches.
 */
export type Reply = "mixed" | "put" | "form" | "refused" | "ignored";

export interface ModelDialect {
  readonly reply: Reply;
  /**
   * What a confirm indexes. `apart`: the batch that it names, each of which has a place of its own. `marked`: the same,
   * with one place for all, where what comes last stays. `last`: the same, where nothing is replaced, and a file belongs to the
   * batch that it was asked for in last. `together`: all that lies under the name.
   */
  readonly batches: "apart" | "marked" | "last" | "together";
  /** Whether one that ignores the fields in a presign refuses the batch in the confirm. */
  readonly refusesIgnoredBatch: boolean;
  /** How many parts it signs in one call; how it refuses more. */
  readonly partsAtOnce: "many" | "one, 400" | "one, 422";
  /** How it says that a name is taken. */
  readonly takenName: "409" | "400" | "400 by field";
  /** What it keeps of an item's path. */
  readonly itemKey: "path" | "name" | "none";
  /** Whether it counts the items of a dataset for whoever asks for its health. */
  readonly hasHealth: boolean;
  /**
   * By what it calls the owner of a dataset: a name that `/users/me/` has, one that it has not, or any, where that has
   * no name at all.
   */
  readonly owner: "username" | "handle" | "another" | "unnamed";
  /** Whether a store that has an object at the place of a PUT says which. */
  readonly isTakenPlaceTold: boolean;
  /** A store's ETags: MD5s of the contents, or what only looks like one, and is another at each request that stores. */
  readonly etags: "md5" | "opaque";
}

/** Forms, and parts for what is large; whatever lies under the name. */
export const SIMPLE: ModelDialect = {
  reply: "mixed",
  batches: "together",
  refusesIgnoredBatch: false,
  partsAtOnce: "many",
  takenName: "409",
  itemKey: "path",
  hasHealth: true,
  owner: "username",
  isTakenPlaceTold: false,
  etags: "md5",
};

export function pickDialect(random: Seeded): ModelDialect {
  const etags = random.pick(["md5", "md5", "opaque"] as const);
  return {
    reply: random.pick(["mixed", "put", "put", "form", "refused", "ignored"]),
    batches: random.pick(["apart", "marked", "together"]),
    refusesIgnoredBatch: random.chance(0.3),
    partsAtOnce: random.pick(["many", "one, 400", "one, 422"]),
    takenName: random.pick(["409", "400", "400 by field"]),
    itemKey: random.pick(["path", "path", "name", "none"]),
    hasHealth: random.chance(0.7),
    owner: random.pick(["username", "handle", "another", "unnamed"]),
    isTakenPlaceTold: random.chance(0.3),
    etags,
  };
}

const WITH_BATCHES: readonly Reply[] = ["mixed", "put", "form"];

/**
 * What a server may reply from now on: an organization opts into stores of its own or out of them, or the server learns
 * the second protocol. One that ignored batches and keeps them apart since can't be told from one that always did, so it
 * may learn them only where all lies together.
 */
export function laterReplies({ reply, batches }: ModelDialect): readonly Reply[] {
  if (reply === "ignored" && batches !== "together") return [];
  return WITH_BATCHES.filter((later) => later !== reply);
}
