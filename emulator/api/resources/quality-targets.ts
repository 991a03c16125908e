// `/projects/{uid}/quality-targets/` (contract, "Projects, tasks and quality").
import { randomUUID } from "node:crypto";
import { isoTime } from "../../clock";
import type { Project, QualityTarget } from "../../state/records";
import { Fields } from "../fields";
import { cursorPage } from "../pages";
import { created, noContent, notFound, ok } from "../replies";
import type { ApiReply, ApiRequest, World } from "../request";
import { projectAt } from "./users";

const METRICS: readonly string[] = [
  "issue_rate",
  "acceptance_rate",
  "rejection_rate",
  "mean_resolution_time",
  "critical_issue_count",
];

/** What an operator states of the value and the threshold: the breach, or the goal, by the dialect. */
const OPERATORS: Readonly<Record<string, (value: number, threshold: number) => boolean>> = {
  gt: (value, threshold) => value > threshold,
  lt: (value, threshold) => value < threshold,
  gte: (value, threshold) => value >= threshold,
  lte: (value, threshold) => value <= threshold,
};

const SEVERITIES: readonly string[] = ["warning", "critical"];

export function listQualityTargets(request: ApiRequest, world: World): ApiReply {
  const rows = targetsOf(projectAt(request, world), world).sort((a, b) => b.seq - a.seq);
  return cursorPage(request, rows, (target) => -target.seq, showTarget);
}

export function getQualityTarget(request: ApiRequest, world: World): ApiReply {
  return ok(showTarget(targetAt(request, world)));
}

export function createQualityTarget(request: ApiRequest, world: World): ApiReply {
  const project = projectAt(request, world);
  const uid = randomUUID();
  const target = world.state.qualityTargets.set(uid, {
    uid,
    seq: world.state.nextSeq(),
    projectUid: project.uid,
    ...{ name: "", metric: "", threshold: 0, operator: "", severity: "warning" },
    ...{ isActive: true, notifyWebhook: true, notifyEmails: [] },
    ...readTarget(request, true),
    ...{ lastEvaluatedAt: null, lastValue: null, lastBreachedAt: null },
    ...{ isBreached: false, breachCount: 0 },
    ...{ createdAt: request.now, updatedAt: request.now },
  });
  return created(showTarget(target));
}

export function updateQualityTarget(request: ApiRequest, world: World): ApiReply {
  const before = targetAt(request, world);
  const changed = { ...before, ...readTarget(request, false), updatedAt: request.now };
  return ok(showTarget(world.state.qualityTargets.set(before.uid, changed)));
}

export function deleteQualityTarget(request: ApiRequest, world: World): ApiReply {
  world.state.qualityTargets.delete(targetAt(request, world).uid);
  return noContent();
}

/** Measures all that are active, and answers with a bare array. */
export function evaluateQualityTargets(request: ApiRequest, world: World): ApiReply {
  const project = projectAt(request, world);
  const active = targetsOf(project, world).filter(({ isActive }) => isActive);
  return ok(active.map((target) => evaluate(target, project, request.now, world)));
}

function evaluate(target: QualityTarget, project: Project, now: number, world: World): unknown {
  const { uid, name, metric, threshold, operator, severity } = target;
  const { [metric]: value = 0 } = project.metrics ?? {};
  const isStated = value !== null && OPERATORS[operator]?.(value, threshold) === true;
  const breaches = world.config.dialect.targetOperators === "breach";
  const isBreached = value !== null && isStated === breaches;
  world.state.qualityTargets.set(uid, {
    ...target,
    ...{ lastEvaluatedAt: now, lastValue: value, isBreached },
    breachCount: target.breachCount + (isBreached ? 1 : 0),
    lastBreachedAt: isBreached ? now : target.lastBreachedAt,
  });
  const measured = { current_value: value, is_breached: isBreached };
  return { uid, name, metric, threshold, operator, ...measured, severity };
}

function targetsOf(project: Project, world: World): QualityTarget[] {
  return [...world.state.qualityTargets.values()].filter(
    ({ projectUid }) => projectUid === project.uid,
  );
}

function targetAt(request: ApiRequest, world: World): QualityTarget {
  const project = projectAt(request, world);
  const target = world.state.qualityTargets.get(request.params[1] ?? "");
  if (target?.projectUid !== project.uid) throw notFound();
  return target;
}

type Wanted = Partial<
  Pick<
    QualityTarget,
    | "name"
    | "metric"
    | "threshold"
    | "operator"
    | "severity"
    | "isActive"
    | "notifyWebhook"
    | "notifyEmails"
  >
>;

function readTarget(request: ApiRequest, isNew: boolean): Wanted {
  const fields = new Fields(request.body);
  const read = {
    name: fields.text("name", { required: isNew, maxLength: 255 }),
    metric: fields.choice("metric", METRICS, isNew),
    threshold: fields.number("threshold", isNew),
    operator: fields.choice("operator", Object.keys(OPERATORS), isNew),
    severity: fields.choice("severity", SEVERITIES),
    isActive: fields.flag("is_active"),
    notifyWebhook: fields.flag("notify_webhook"),
    notifyEmails: fields.texts("notify_emails"),
  };
  fields.check();
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined));
}

function showTarget(target: QualityTarget): unknown {
  const time = (ms: number | null): string | null => (ms === null ? null : isoTime(ms));
  return {
    uid: target.uid,
    name: target.name,
    metric: target.metric,
    threshold: target.threshold,
    operator: target.operator,
    severity: target.severity,
    is_active: target.isActive,
    notify_webhook: target.notifyWebhook,
    notify_emails: target.notifyEmails,
    last_evaluated_at: time(target.lastEvaluatedAt),
    last_value: target.lastValue,
    is_breached: target.isBreached,
    breach_count: target.breachCount,
    last_breached_at: time(target.lastBreachedAt),
    created_at: time(target.createdAt),
    updated_at: time(target.updatedAt),
  };
}
