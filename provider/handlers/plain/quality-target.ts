// QualityTarget: what a project's quality is held to. The plain REST resource. Its id is `PROJECT/TARGET`, since no route
// finds a target without its project.
import type { dynamic } from "@pulumi/pulumi";
import {
  deleteQualityTarget,
  getQualityTarget,
  updateQualityTarget,
  type QualityTarget,
  type QualityTargetInput,
} from "../../../src/api/endpoints/quality-targets";
import { AvalaError, isNotFound } from "../../../src/errors";
import { createQualityTargetOnce } from "../../../src/operations/plain-resources";
import type { Given } from "../../fields/field";
import { QUALITY_TARGET_FIELDS } from "../../fields/quality-target";
import { takeCall } from "../../process/calls";
import { defineHandler } from "../../process/define-handler";
import { Problems } from "../../process/failures";
import { changedIn, checkFields } from "../../process/fields";
import type { Handler, OwnMethods } from "../../process/handler";
import { present } from "../../process/present";
import type { Needs } from "../../process/scopes";
import type { Session } from "../../process/session";

export interface QualityTargetInputs extends Given<typeof QUALITY_TARGET_FIELDS> {
  readonly project: string;
  readonly name: string;
  readonly metric: string;
  readonly threshold: number;
  readonly operator: "gt" | "lt" | "gte" | "lte";
}

export interface QualityTargetOutputs extends QualityTargetInput {
  readonly project: string;
  readonly uid: string;
}

const REQUIRED = ["project", "name", "metric", "threshold", "operator"] as const;

function outputsOf(project: string, target: QualityTarget): QualityTargetOutputs {
  const { uid, name, metric, threshold, operator } = target;
  const { severity, isActive, notifyWebhook, notifyEmails } = target;
  return present<QualityTargetOutputs>({
    ...{ project, uid, name, metric, threshold, operator },
    ...{ severity, isActive, notifyWebhook, notifyEmails },
  });
}

function requestOf(inputs: QualityTargetInputs): QualityTargetInput {
  const { name, metric, threshold, operator, severity, notifyWebhook, notifyEmails } = inputs;
  return present<QualityTargetInput>({
    ...{ name, metric, threshold, operator, severity, notifyWebhook, notifyEmails },
    isActive: inputs.isActive ?? true,
  });
}

interface Place {
  readonly project: string;
  readonly uid: string;
}

/** @throws AvalaError for an id that is no such place: a program gives it in `QualityTarget.get` */
function placeOf(id: string): Place {
  const [project = "", uid = "", ...rest] = id.split("/");
  if (project !== "" && uid !== "" && rest.length === 0) return { project, uid };
  throw new AvalaError("input", `A QualityTarget can't have the id ${JSON.stringify(id)}.`, {
    hint: "Give PROJECT/TARGET: the uid of the project, a slash, and the uid of the target.",
  });
}

class QualityTargetHandler implements OwnMethods<QualityTargetInputs, QualityTargetOutputs> {
  constructor(private readonly session: Session) {}

  check(
    _olds: QualityTargetInputs,
    news: QualityTargetInputs,
  ): Promise<dynamic.CheckResult<QualityTargetInputs>> {
    const { call, inputs } = takeCall<Partial<QualityTargetInputs>>(news);
    this.session.checkConfig();
    const problems = new Problems();
    for (const name of REQUIRED) if (inputs[name] === undefined) problems.add(name, "is missing");
    checkFields(inputs, QUALITY_TARGET_FIELDS, problems);
    if (problems.failures.length > 0)
      return Promise.resolve({ inputs: news, failures: problems.failures });
    this.session.calls.keep(inputs, call);
    return Promise.resolve({ inputs: inputs as QualityTargetInputs });
  }

  diff(
    _id: string,
    olds: QualityTargetOutputs,
    news: QualityTargetInputs,
  ): Promise<dynamic.DiffResult> {
    const replaces = changedIn(QUALITY_TARGET_FIELDS, "replace", { olds, news });
    const isChanged = changedIn(QUALITY_TARGET_FIELDS, "update", { olds, news }).length > 0;
    return Promise.resolve({ changes: isChanged || replaces.length > 0, replaces });
  }

  async create(inputs: QualityTargetInputs): Promise<dynamic.CreateResult<QualityTargetOutputs>> {
    const { project } = inputs;
    const avala = this.session.avala(this.session.calls.of(inputs));
    const made = await createQualityTargetOnce(avala, project, requestOf(inputs));
    return { id: `${project}/${made.uid}`, outs: outputsOf(project, made) };
  }

  async update(
    id: string,
    _olds: QualityTargetOutputs,
    news: QualityTargetInputs,
  ): Promise<dynamic.UpdateResult<QualityTargetOutputs>> {
    const { project, uid } = placeOf(id);
    const avala = this.session.avala(this.session.calls.of(news, id));
    // A list that is no longer declared is emptied: left out of the body it would stay.
    const changes = { ...requestOf(news), notifyEmails: news.notifyEmails ?? [] };
    return { outs: outputsOf(project, await updateQualityTarget(avala, project, uid, changes)) };
  }

  async read(id: string): Promise<dynamic.ReadResult<QualityTargetOutputs>> {
    const { project, uid } = placeOf(id);
    try {
      const found = await getQualityTarget(this.session.avala({}), project, uid);
      return { id, props: outputsOf(project, found) };
    } catch (error) {
      if (isNotFound(error)) return { id: "" };
      throw error;
    }
  }

  async delete(id: string): Promise<void> {
    const { project, uid } = placeOf(id);
    const avala = this.session.avala(this.session.calls.ofId(id));
    try {
      await deleteQualityTarget(avala, project, uid);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

export function createQualityTargetHandler(
  session: Session,
): Handler<QualityTargetInputs, QualityTargetOutputs> {
  const needs: Needs<QualityTargetInputs, QualityTargetOutputs> = {
    create: () => ["qc.read", "qc.write"],
    update: () => ["qc.write"],
    delete: ["qc.write"],
  };
  const handler = new QualityTargetHandler(session);
  return defineHandler({ kind: "qualityTarget", session, handler, needs });
}
