// QualityTarget: what a project's quality is held to. Its id is `PROJECT/TARGET`, since no route finds a target without its
// project.
import {
  deleteQualityTarget,
  getQualityTarget,
  updateQualityTarget,
  type QualityTarget,
} from "../../../src/api/endpoints/quality-targets";
import { AvalaError } from "../../../src/errors";
import { createQualityTargetOnce } from "../../../src/operations/plain-resources";
import type { Checked, Returned } from "../../fields/field";
import { QUALITY_TARGET_FIELDS } from "../../fields/quality-target";
import { passedOn, returnedIn, updatesOf } from "../../process/fields";
import type { Handler } from "../../process/handler";
import { present } from "../../process/present";
import type { Session } from "../../process/session";
import { createPlainHandler } from "./plain-handler";

export type QualityTargetInputs = Checked<typeof QUALITY_TARGET_FIELDS>;

export interface QualityTargetOutputs extends Pick<
  QualityTarget,
  Returned<typeof QUALITY_TARGET_FIELDS>
> {
  readonly project: string;
  readonly uid: string;
}

function outputsOf(project: string, target: QualityTarget): QualityTargetOutputs {
  const returned = returnedIn(QUALITY_TARGET_FIELDS, target);
  return present<QualityTargetOutputs>({ ...returned, project, uid: target.uid });
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

export function createQualityTargetHandler(
  session: Session,
): Handler<QualityTargetInputs, QualityTargetOutputs> {
  return createPlainHandler<QualityTargetInputs, QualityTargetOutputs>(session, {
    kind: "qualityTarget",
    fields: QUALITY_TARGET_FIELDS,
    create: async ({ avala }, inputs) => {
      const { project } = inputs;
      const input = passedOn(QUALITY_TARGET_FIELDS, inputs);
      const made = await createQualityTargetOnce(avala, project, input);
      return { id: `${project}/${made.uid}`, outs: outputsOf(project, made) };
    },
    update: async ({ avala }, id, { news }) => {
      const { project, uid } = placeOf(id);
      const changes = updatesOf(QUALITY_TARGET_FIELDS, news);
      return outputsOf(project, await updateQualityTarget(avala, project, uid, changes));
    },
    read: async (avala, id) => {
      const { project, uid } = placeOf(id);
      return outputsOf(project, await getQualityTarget(avala, project, uid));
    },
    remove: async (avala, id) => {
      const { project, uid } = placeOf(id);
      await deleteQualityTarget(avala, project, uid);
    },
    needs: {
      create: () => ["qc.read", "qc.write"],
      update: () => ["qc.write"],
      delete: ["qc.write"],
    },
  });
}
