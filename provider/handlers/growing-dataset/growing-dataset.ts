// GrowingDataset: files that people annotate, as datasets that accumulate. What the engine calls; the work is in the files
// beside it.
import type { dynamic } from "@pulumi/pulumi";
import { AvalaError } from "../../../src/errors";
import { GROWING_DATASET_FACTS, GROWING_DATASET_FIELDS } from "../../fields/growing-dataset";
import { ask, askLeaving } from "../../process/advice";
import { takeCall, type Call } from "../../process/calls";
import { defineHandler } from "../../process/define-handler";
import { readChecking } from "../../process/early-check";
import { Problems } from "../../process/failures";
import { changedIn } from "../../process/fields";
import type { Handler, OwnMethods } from "../../process/handler";
import type { LocalFiles } from "../../process/local-files";
import { uploadScopesFor } from "../../process/scopes";
import type { Session } from "../../process/session";
import { checkUids, organizationIn } from "../../process/uid-check";
import { hasUnknown } from "../../process/unknown";
import { checkChoice, ofGiven, optionsFor, propertyOf, SET_INPUTS } from "../choice/choice";
import { recallSet } from "../choice/recall";
import { reportNotices } from "../choice/notices";
import { asksForType, requireType } from "./data-type";
import { grow, outputsWith, type Growing } from "./grow";
import {
  checkGrowing,
  growingInputs,
  heldInputs,
  takeGiven,
  unknownInputs,
  type GrowingGiven,
  type GrowingInputs,
  type GrowingOutputs,
  type Taken,
} from "./inputs";
import { previewGrowth } from "./preview";
import { readIncrements } from "./read";
import {
  describeLeft,
  describeLeftUnchecked,
  describeStillUnverified,
  describeUnseen,
} from "./words";

const TABLE = { ...GROWING_DATASET_FIELDS, ...GROWING_DATASET_FACTS };

class GrowingDatasetHandler implements OwnMethods<GrowingInputs, GrowingOutputs> {
  private readonly reported = new Set<string>();

  constructor(
    private readonly session: Session,
    private readonly files: LocalFiles,
  ) {}

  async check(
    olds: GrowingInputs,
    news: GrowingInputs,
  ): Promise<dynamic.CheckResult<GrowingInputs>> {
    const { call, inputs } = takeCall<GrowingGiven>(news);
    const taken = this.takeGiven(olds, inputs);
    const problems = new Problems();
    this.session.checkConfig(problems);
    checkGrowing(taken.given, problems);
    if (problems.failures.length > 0) {
      checkChoice(taken.given, call, problems);
      return { inputs: news, failures: problems.failures };
    }
    if (hasUnknown(taken.given)) return { inputs: unknownInputs(taken.given) };
    await checkUids(this.session, call, organizationIn(taken.given), problems);
    if (problems.failures.length > 0) return { inputs: news, failures: problems.failures };
    try {
      return { inputs: await this.checkFiles(taken, call, olds) };
    } catch (error) {
      const property = propertyOf(error) === "root" ? "root" : "";
      problems.addError(ofGiven(error, taken.given), property, SET_INPUTS);
      return { inputs: news, failures: problems.failures };
    }
  }

  private takeGiven(olds: GrowingInputs, inputs: GrowingGiven): Taken {
    const taken = takeGiven(olds, inputs);
    const organizationUid = taken.given.organizationUid ?? this.session.organizationUid();
    if (organizationUid === undefined) return taken;
    return { ...taken, given: { ...taken.given, organizationUid } };
  }

  private async checkFiles(
    taken: Taken,
    call: Call,
    olds: Partial<GrowingInputs>,
  ): Promise<GrowingInputs> {
    const held = heldInputs(taken);
    if (held !== undefined) {
      this.session.calls.keep(held, { ...call, isHeld: true });
      this.declare(held, call);
      return held;
    }
    const { given } = taken;
    const inputs = await this.readTyped(given, call, olds);
    this.session.calls.keep(inputs, call);
    this.declare(inputs, call);
    if (olds.digest === undefined && call.isPreview === true) await this.preview(inputs, call);
    return inputs;
  }

  private declare(inputs: GrowingInputs, call: Call): void {
    const { name, dataType, organizationUid, digest: content } = inputs;
    const owner = [organizationUid ?? "", dataType].join(" ");
    const set = { kind: "growing set", name, owner, content } as const;
    this.session.declaredSets.declare(call, { ...set, input: "name" });
  }

  /** A set's datasets have settled its type: a file that leaves it open comes to a set of that type. */
  private async readTyped(
    given: GrowingGiven,
    call: Call,
    { dataType: settled, digest }: Partial<GrowingInputs>,
  ): Promise<GrowingInputs> {
    const { organizationUid } = given;
    const about = { kind: "growingDataset", isNew: digest === undefined, organizationUid } as const;
    const read = async (typed: GrowingGiven): Promise<GrowingInputs> => {
      const local = await readChecking(this.session, call, about, (reading) =>
        this.files.read(optionsFor(typed, call), reading),
      );
      return growingInputs(typed, local, requireType(typed, local));
    };
    try {
      return await read(given);
    } catch (error) {
      const isOpen = given.dataType === undefined && asksForType(error);
      if (settled === undefined || !isOpen) throw error;
      return read({ ...given, dataType: settled });
    }
  }

  async diff(id: string, olds: GrowingOutputs, news: GrowingInputs): Promise<dynamic.DiffResult> {
    const call = this.session.calls.of(news, id);
    const replaces = changedIn(GROWING_DATASET_FIELDS, "replace", { olds, news });
    const isLacking = olds.pending !== undefined || olds.isIncomplete === true;
    if (replaces.length > 0) {
      if (call.isPreview === true) await this.reportLeft(olds, call);
      return { changes: true, replaces };
    }
    if (hasUnknown(news)) return { changes: true };
    const changes = isLacking || changedIn(TABLE, "update", { olds, news }).length > 0;
    if (changes && call.isPreview === true) await this.preview(news, call, olds);
    if (!changes && olds.unverifiedCount > 0)
      await this.session
        .messages(call)
        .warn(describeStillUnverified(news.name, olds.unverifiedCount));
    return { changes };
  }

  /** Once for each content: of a replacement the engine asks twice. */
  private async preview(inputs: GrowingInputs, call: Call, olds?: GrowingOutputs): Promise<void> {
    const key = `${call.urn ?? ""} ${inputs.name} ${inputs.digest}`;
    if (this.reported.has(key)) return;
    this.reported.add(key);
    const local = await recallSet(this.files, inputs, call);
    await previewGrowth({ session: this.session, call, inputs, local, olds });
    await reportNotices(this.session, call, local, inputs);
  }

  async create(inputs: GrowingInputs): Promise<dynamic.CreateResult<GrowingOutputs>> {
    const growing = await this.growing(inputs, this.session.calls.of(inputs));
    return { id: inputs.name, outs: await grow(growing) };
  }

  async update(
    id: string,
    olds: GrowingOutputs,
    news: GrowingInputs,
  ): Promise<dynamic.UpdateResult<GrowingOutputs>> {
    const growing = await this.growing(news, this.session.calls.of(news, id));
    return { outs: await grow({ ...growing, olds }) };
  }

  private async growing(inputs: GrowingInputs, call: Call): Promise<Growing> {
    const { session } = this;
    const local = await recallSet(this.files, inputs, call);
    if (call.isPreview !== true) await reportNotices(session, call, local, inputs);
    return {
      avala: session.avala(call),
      messages: session.messages(call),
      inputs,
      local,
      stateDirectory: session.stateDirectory(),
    };
  }

  /** An increment that is gone is a difference: what it held is sent again. */
  async read(id: string, props?: GrowingOutputs): Promise<dynamic.ReadResult<GrowingOutputs>> {
    if (props?.increments === undefined) throw notReadable(id);
    const { session } = this;
    const found = await readIncrements(session.avala({}), props, props.increments);
    const unseen = props.increments.filter(({ uid }) => !found.has(uid));
    if (unseen.length > 0)
      await session
        .messages(session.calls.ofId(id))
        .warn(`${describeUnseen(unseen)}\nThe next up sends again what only they held.`);
    return { id, props: outputsWith(props, (uid) => found.has(uid)) };
  }

  async delete(id: string, props: GrowingOutputs): Promise<void> {
    await this.reportLeft(props, this.session.calls.ofId(id), askLeaving);
  }

  /** With the counts of now where Avala can be asked, else by the state. */
  private async reportLeft(props: GrowingOutputs, call: Call, asking = ask): Promise<void> {
    const { session } = this;
    const messages = session.messages(call);
    const { name, increments } = props;
    const asked = await asking(session.avalaIfConfigured(call), (avala) =>
      readIncrements(avala, props, increments),
    );
    if ("unchecked" in asked) {
      if (increments.length > 0)
        await messages.warn(describeLeftUnchecked(name, increments, asked.unchecked));
      return;
    }
    const datasets = [...asked.found.values()];
    if (datasets.length > 0) await messages.info(describeLeft(name, datasets));
  }
}

function notReadable(id: string): AvalaError {
  return new AvalaError("not_offered", `The growing set ${id} can't be imported by its name.`, {
    hint: "Declare it as a new GrowingDataset of this name: its datasets are found again, and files that they hold are not sent again.",
  });
}

export function createGrowingDatasetHandler(
  session: Session,
  files: LocalFiles,
): Handler<GrowingInputs, GrowingOutputs> {
  return defineHandler({
    kind: "growingDataset",
    session,
    handler: new GrowingDatasetHandler(session, files),
    needs: { create: uploadScopesFor, update: (_olds, news) => uploadScopesFor(news), delete: [] },
    long: ["increments", "pending", "datasetUids", "datasetNames"],
  });
}
