// `/projects/{uid}/consensus/` (contract, "Projects, tasks and quality"): a 404 where it is not set up.
import { randomUUID } from "node:crypto";
import { isoTime } from "../../clock";
import type { ConsensusConfig } from "../../state/records";
import { Fields } from "../fields";
import { cursorPage, found } from "../pages";
import { ok } from "../replies";
import type { ApiReply, ApiRequest, World } from "../request";
import { projectAt } from "./users";

export function getConsensus(request: ApiRequest, world: World): ApiReply {
  const summary = found(projectAt(request, world).consensus);
  return ok({
    mean_score: summary.meanScore,
    median_score: summary.medianScore,
    min_score: summary.minScore,
    max_score: summary.maxScore,
    total_items: summary.totalItems,
    items_with_consensus: summary.itemsWithConsensus,
    score_distribution: {},
    by_task_name: [],
  });
}

/** Scores by item are not kept: only the summary is. */
export function listConsensusScores(request: ApiRequest, world: World): ApiReply {
  found(projectAt(request, world).consensus);
  return cursorPage(request, [], () => 0, String);
}

export function computeConsensus(request: ApiRequest, world: World): ApiReply {
  projectAt(request, world);
  return ok({ status: "queued", message: "Consensus computation started." });
}

export function getConsensusConfig(request: ApiRequest, world: World): ApiReply {
  return ok(showConfig(found(world.state.consensusConfigs.get(projectAt(request, world).uid))));
}

export function putConsensusConfig(request: ApiRequest, world: World): ApiReply {
  const project = projectAt(request, world);
  const before = world.state.consensusConfigs.get(project.uid);
  const fields = new Fields(request.body);
  const config = {
    uid: before?.uid ?? randomUUID(),
    iouThreshold: fields.number("iou_threshold") ?? before?.iouThreshold ?? 0.5,
    minAgreementRatio: fields.number("min_agreement_ratio") ?? before?.minAgreementRatio ?? 0.5,
    minAnnotations: fields.integer("min_annotations", 1) ?? before?.minAnnotations ?? 2,
    createdAt: before?.createdAt ?? request.now,
    updatedAt: request.now,
  };
  fields.check();
  return ok(showConfig(world.state.consensusConfigs.set(project.uid, config)));
}

function showConfig(config: ConsensusConfig): unknown {
  return {
    uid: config.uid,
    iou_threshold: config.iouThreshold,
    min_agreement_ratio: config.minAgreementRatio,
    min_annotations: config.minAnnotations,
    created_at: isoTime(config.createdAt),
    updated_at: isoTime(config.updatedAt),
  };
}
