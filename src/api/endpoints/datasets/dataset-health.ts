// What the server found in a dataset when it indexed it (docs/api.md, "Sequences and health"). Advice.
import { withinAdvice } from "../../advice";
import { callFor } from "../../call-for";
import { refuse } from "../../../shapes";
import { aSession, type Avala } from "../../connection";
import { aRef, type DatasetRef } from "./dataset-given";
import { nameOf, refPath } from "./datasets";
import type { Fields } from "../../wire";

export interface DatasetHealth {
  /** False also where the server does not say. */
  readonly ingestOk: boolean;
  /** As the server returns them. */
  readonly issues: readonly unknown[];
  /** Of a sequence dataset its frames. */
  readonly itemCount?: number | undefined;
  readonly sequenceCount?: number | undefined;
  readonly totalFrames?: number | undefined;
  /** Begins with whose its files are: `__o__=/<uid>/`, `__u__=/<uid>/`. Only an owner gets it. */
  readonly s3Prefix?: string | undefined;
}

function readHealth(fields: Fields): DatasetHealth {
  return {
    ingestOk: fields.maybeFlag("ingest_ok") ?? false,
    issues: fields.maybeList("issues"),
    itemCount: fields.advisedCount("item_count"),
    sequenceCount: fields.advisedCount("sequence_count"),
    totalFrames: fields.advisedCount("total_frames"),
    s3Prefix: fields.maybeText("s3_prefix"),
  };
}

/** What the server found when it indexed the dataset. Advice, cut short. @throws as {@link withinAdvice} */
export async function getDatasetHealth(avala: Avala, ref: DatasetRef): Promise<DatasetHealth> {
  refuse(aSession("avala", avala), aRef("ref", ref));
  const what = `read the health of dataset ${nameOf(ref)}`;
  const call = {
    method: "GET",
    route: "GET /datasets/{owner}/{slug}/health/",
    path: [...refPath(ref), "health"],
    repeat: "safe",
    what,
  } as const;
  return withinAdvice(avala, what, (inTime) => callFor(inTime, call, readHealth));
}
