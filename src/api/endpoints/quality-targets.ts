// What a project's quality is held to (contract, "Projects, tasks and quality"). Knows nothing of gates.
import { aText, refuse } from "../../shapes";
import type { ApiCall } from "../call";
import { callFor } from "../call-for";
import { aSession, type Avala } from "../connection";
import { listAll } from "../pages";
import { badReply, Fields } from "../wire";
import {
  bodyOf,
  maybeFlag,
  maybeText,
  maybeTexts,
  number,
  readObject,
  text,
  type ObjectOf,
} from "../wire-table";

/** What is sent and returned. */
const TARGET = {
  /** At most 255 characters. */
  name: text("name"),
  /** `issue_rate`, `acceptance_rate`, `rejection_rate`, `mean_resolution_time`, `critical_issue_count`, … */
  metric: text("metric"),
  threshold: number("threshold"),
  /** `gt`, `lt`, `gte` or `lte`, between the value and the threshold. Whether that is the goal or its breach, no source says. */
  operator: text("operator"),
  /** `warning` or `critical`. */
  severity: maybeText("severity"),
  isActive: maybeFlag("is_active"),
  notifyWebhook: maybeFlag("notify_webhook"),
  notifyEmails: maybeTexts("notify_emails"),
};

export type QualityTargetInput = ObjectOf<typeof TARGET>;

export interface QualityTarget extends QualityTargetInput {
  readonly uid: string;
  readonly lastEvaluatedAt?: string | undefined;
  readonly lastValue?: number | undefined;
  readonly isBreached?: boolean | undefined;
  readonly breachCount?: number | undefined;
  readonly lastBreachedAt?: string | undefined;
}

/** One target, held against the project as it is now. */
export interface QualityEvaluation {
  readonly uid: string;
  readonly name: string;
  readonly metric?: string | undefined;
  readonly threshold?: number | undefined;
  readonly operator?: string | undefined;
  readonly currentValue?: number | undefined;
  readonly isBreached: boolean;
  readonly severity?: string | undefined;
}

function readTarget(fields: Fields): QualityTarget {
  return {
    uid: fields.pathPart("uid"),
    ...readObject(TARGET, fields),
    lastEvaluatedAt: fields.maybeText("last_evaluated_at"),
    lastValue: fields.maybeNumber("last_value"),
    isBreached: fields.maybeFlag("is_breached"),
    breachCount: fields.advisedCount("breach_count"),
    lastBreachedAt: fields.maybeText("last_breached_at"),
  };
}

const TARGETS = "/projects/{uid}/quality-targets/";

function pathOf(projectUid: string, ...rest: readonly string[]): readonly string[] {
  return ["projects", projectUid, "quality-targets", ...rest];
}

function ofOne(
  method: "GET" | "PATCH" | "DELETE",
  verb: string,
  projectUid: string,
  uid: string,
): Omit<ApiCall, "body"> {
  return {
    method,
    route: `${method} ${TARGETS}{target_uid}/`,
    path: pathOf(projectUid, uid),
    repeat: "safe",
    what: `${verb} quality target ${uid} of project ${projectUid}`,
  };
}

/** Page by page as it is iterated. @throws ApiError `permission` for a key without `qc.read` */
export function listQualityTargets(avala: Avala, projectUid: string): AsyncIterable<QualityTarget> {
  const call = {
    route: `GET ${TARGETS}`,
    path: pathOf(projectUid),
    what: `list the quality targets of project ${projectUid}`,
  };
  return listAll(avala, call, readTarget);
}

/** One POST, not repeated when its outcome is unknown (the error is then `ambiguous`). @throws ApiError */
export function createQualityTarget(
  avala: Avala,
  projectUid: string,
  input: QualityTargetInput,
): Promise<QualityTarget> {
  return callFor(
    avala,
    {
      method: "POST",
      route: `POST ${TARGETS}`,
      path: pathOf(projectUid),
      body: bodyOf(TARGET, input),
      repeat: "ambiguous",
      what: `create quality target ${input.name} of project ${projectUid}`,
    },
    readTarget,
  );
}

/** May be repeated. @throws ApiError `not_found` */
export function getQualityTarget(
  avala: Avala,
  projectUid: string,
  uid: string,
): Promise<QualityTarget> {
  return callFor(avala, ofOne("GET", "read", projectUid, uid), readTarget);
}

/** What is absent stays as it is. May be repeated. @throws ApiError `not_found` */
export function updateQualityTarget(
  avala: Avala,
  projectUid: string,
  uid: string,
  changes: Partial<QualityTargetInput>,
): Promise<QualityTarget> {
  const call = { ...ofOne("PATCH", "update", projectUid, uid), body: bodyOf(TARGET, changes) };
  return callFor(avala, call, readTarget);
}

/** May be repeated. @throws ApiError `not_found` when it is gone */
export async function deleteQualityTarget(
  avala: Avala,
  projectUid: string,
  uid: string,
): Promise<void> {
  await avala.call(ofOne("DELETE", "delete", projectUid, uid));
}

function readEvaluation(fields: Fields): QualityEvaluation {
  const isBreached = fields.maybeFlag("is_breached");
  // Without it nothing is known of the target, and what is not known must not pass.
  if (isBreached === undefined) throw badReply(EVALUATE, '"is_breached" should be true or false');
  return {
    uid: fields.pathPart("uid"),
    name: fields.maybeText("name") ?? "",
    metric: fields.maybeText("metric"),
    threshold: fields.maybeNumber("threshold"),
    operator: fields.maybeText("operator"),
    currentValue: fields.maybeNumber("current_value"),
    isBreached,
    severity: fields.maybeText("severity"),
  };
}

const EVALUATE = `POST ${TARGETS}evaluate/`;

/**
 * Holds every active target of the project against its present values, in one call. May be repeated.
 * @throws ApiError `permission`, `not_found`; AvalaError `bad_reply` when it can't be read which target is breached
 */
export async function evaluateQualityTargets(
  avala: Avala,
  projectUid: string,
): Promise<readonly QualityEvaluation[]> {
  refuse(aSession("avala", avala), aText("projectUid", projectUid));
  const { json } = await avala.call({
    method: "POST",
    route: EVALUATE,
    path: pathOf(projectUid, "evaluate"),
    body: {},
    repeat: "safe",
    what: `evaluate the quality targets of project ${projectUid}`,
  });
  // A plain list, as documented; with a server that pages it like its other lists, `results`.
  const entries = Array.isArray(json)
    ? (json as readonly unknown[])
    : Fields.of(json, EVALUATE).list("results");
  return entries.map((entry, index) =>
    readEvaluation(Fields.of(entry, EVALUATE, `results[${index}]`)),
  );
}
