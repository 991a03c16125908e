// How far annotators of a project agree (contract, "Projects, tasks and quality"). Read only.
import { isNotFound } from "../../errors";
import { aText, refuse } from "../../shapes";
import { callFor } from "../call-for";
import { aSession, type Avala } from "../connection";
import type { Fields } from "../wire";

export interface ConsensusSummary {
  /** 0 to 1; absent while nothing was scored. */
  readonly meanScore?: number | undefined;
  readonly medianScore?: number | undefined;
  readonly minScore?: number | undefined;
  readonly maxScore?: number | undefined;
  readonly totalItems: number;
  readonly itemsWithConsensus: number;
}

function readSummary(fields: Fields): ConsensusSummary {
  return {
    meanScore: fields.maybeNumber("mean_score"),
    medianScore: fields.maybeNumber("median_score"),
    minScore: fields.maybeNumber("min_score"),
    maxScore: fields.maybeNumber("max_score"),
    totalItems: fields.maybeCount("total_items") ?? 0,
    itemsWithConsensus: fields.maybeCount("items_with_consensus") ?? 0,
  };
}

/**
 * One call; `undefined` where consensus is not set up for the project. May be repeated.
 * @throws ApiError `permission` for a key without `qc.read`
 */
export async function getConsensusSummary(
  avala: Avala,
  projectUid: string,
): Promise<ConsensusSummary | undefined> {
  refuse(aSession("avala", avala), aText("projectUid", projectUid));
  try {
    return await callFor(
      avala,
      {
        method: "GET",
        route: "GET /projects/{uid}/consensus/",
        path: ["projects", projectUid, "consensus"],
        repeat: "safe",
        what: `read the consensus of project ${projectUid}`,
      },
      readSummary,
    );
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
