// FileSet: files of a folder, stored under one dataset name. What the engine calls; the work is in the files beside it.
import type { dynamic } from "@pulumi/pulumi";
import { findOwned } from "../../../src/operations/datasets/dataset";
import { unpackManifest } from "../../../src/files/manifest/packing";
import { decidePublish } from "../../../src/operations/publish/decide";
import { counted } from "../../../src/text";
import { FILE_SET_FACTS, FILE_SET_FIELDS } from "../../fields/file-set";
import { takeCall, type Call } from "../../process/calls";
import { defineHandler } from "../../process/define-handler";
import { Problems, textOf } from "../../process/failures";
import { readChecking } from "../../process/early-check";
import { changedIn, checkFields } from "../../process/fields";
import type { Handler, OwnMethods } from "../../process/handler";
import type { LocalFiles } from "../../process/local-files";
import { without } from "../../process/present";
import type { Session } from "../../process/session";
import { uploadScopesFor } from "../../process/scopes";
import { checkUids, organizationIn } from "../../process/uid-check";
import { hasUnknown } from "../../process/unknown";
import { checkChoice, ofGiven, optionsFor, propertyOf, SET_INPUTS } from "../choice/choice";
import { reportNotices } from "../choice/notices";
import { recallSet } from "../choice/recall";
import {
  inputsOf,
  ownerOf,
  storedCount,
  unknownInputs,
  type FileSetGiven,
  type FileSetInputs,
  type FileSetOutputs,
} from "./inputs";
import { previewChange, previewNew } from "./preview";
import { protectedInBoth, wouldBeRefused } from "./protected";
import { heldInputs, takeKept, withKeptName, type Kept } from "./kept";
import { readStoredFileSet } from "./read";
import { isSentOver, SENT_OVER } from "./sent-over";
import { reportExisting, sendFileSet, takeExisting, type Sending } from "./send";
import { publishOptions, targetOf } from "../publishing";

const TABLE = { ...FILE_SET_FIELDS, ...FILE_SET_FACTS };

class FileSetHandler implements OwnMethods<FileSetInputs, FileSetOutputs> {
  private readonly reported = new Set<string>();

  constructor(
    private readonly session: Session,
    private readonly files: LocalFiles,
  ) {}

  async check(
    olds: FileSetInputs,
    news: FileSetInputs,
  ): Promise<dynamic.CheckResult<FileSetInputs>> {
    const { call, inputs } = takeCall<FileSetGiven>(news);
    const kept = this.keptOf(olds, inputs);
    const { given } = kept;
    const problems = new Problems();
    this.session.checkConfig(problems);
    checkFields(without(given, ["protectedDatasets"]), FILE_SET_FIELDS, problems);
    if (problems.failures.length > 0) {
      checkChoice(given, call, problems);
      return { inputs: news, failures: problems.failures };
    }
    if (hasUnknown(given)) return { inputs: unknownInputs(given) };
    await checkUids(this.session, call, organizationIn(given), problems);
    if (problems.failures.length > 0) return { inputs: news, failures: problems.failures };
    try {
      const known = { ...call, protectedInBoth: protectedInBoth(olds, inputs) };
      return { inputs: await this.checkFiles(kept, known, olds.digest === undefined) };
    } catch (error) {
      problems.addError(ofGiven(error, given), propertyOf(error), SET_INPUTS);
      return { inputs: news, failures: problems.failures };
    }
  }

  private keptOf(olds: FileSetInputs, inputs: FileSetGiven): Kept {
    const kept = takeKept(olds, inputs);
    const configured = kept.isOwnUser ? undefined : this.session.organizationUid();
    const organizationUid = kept.given.organizationUid ?? configured;
    if (organizationUid === undefined) return kept;
    return { ...kept, given: { ...kept.given, organizationUid } };
  }

  private async checkFiles(kept: Kept, call: Call, isNew: boolean): Promise<FileSetInputs> {
    const { given } = kept;
    const held = heldInputs(kept);
    if (held !== undefined) {
      this.session.calls.keep(held, { ...call, isHeld: true });
      this.declare(held, call);
      return held;
    }
    const { organizationUid } = given;
    const about = { kind: "fileSet", isNew, organizationUid } as const;
    const local = await readChecking(this.session, call, about, (reading) =>
      this.files.read(optionsFor(given, call), reading),
    );
    const inputs = withKeptName(inputsOf(given, local), kept);
    this.session.calls.keep(inputs, call);
    this.declare(inputs, call);
    if (isNew && call.isPreview === true && this.isFirstMention(call, inputs)) {
      await previewNew({ session: this.session, call, inputs, manifest: local.manifest });
      await reportNotices(this.session, call, local, inputs);
    }
    return inputs;
  }

  private declare(inputs: FileSetInputs, call: Call): void {
    const { datasetName: name, digest: content } = inputs;
    const set = { kind: "file set", name, owner: ownerOf(inputs), content } as const;
    this.session.declaredSets.declare(call, { ...set, input: "datasetName" });
  }

  async diff(id: string, olds: FileSetOutputs, news: FileSetInputs): Promise<dynamic.DiffResult> {
    const replaces = changedIn(TABLE, "replace", { olds, news });
    const changed = changedIn(TABLE, "update", { olds, news });
    const call = this.session.calls.of(news, id);
    if (replaces.length + changed.length === 0) return this.diffStored(call, olds, news);
    if (replaces.length > 0) await this.refuseIfProtected(olds, news, call);
    if (call.isPreview === true && !hasUnknown(news) && this.isFirstMention(call, news)) {
      await this.previewDiff(olds, news, call);
    }
    // The digest is what makes a version's name, and what the preview should show as the reason.
    const reasons = replaces.map((key) =>
      key === "datasetName" && news.isVersion ? "digest" : key,
    );
    return { changes: true, replaces: reasons };
  }

  /** Of a set that is stored as the program has it. */
  private async diffStored(
    call: Call,
    olds: FileSetOutputs,
    news: FileSetInputs,
  ): Promise<dynamic.DiffResult> {
    if (!(await isSentOver(this.session, call, olds))) return { changes: false };
    if (call.isPreview === true) await this.previewDiff(olds, news, call, SENT_OVER);
    else await this.session.messages(call).info(`${olds.datasetName} is ${SENT_OVER}`);
    return { changes: true, replaces: [] };
  }

  /** In a preview the engine refuses by itself; of an `up` it would do so after all files are sent. */
  private async refuseIfProtected(
    olds: FileSetOutputs,
    news: FileSetInputs,
    call: Call,
  ): Promise<void> {
    const { protectedInBoth: names = [] } = call;
    if (names.length === 0) return;
    const refused = wouldBeRefused(olds, news, names);
    if (call.isPreview !== true) throw refused;
    await this.session.messages(call).warn(textOf(refused));
  }

  /** Of a replacement the engine asks twice: as a change, and then as a new resource. */
  private isFirstMention({ urn = "" }: Call, { digest }: FileSetInputs): boolean {
    const key = `${urn} ${digest}`;
    if (this.reported.has(key)) return false;
    this.reported.add(key);
    return true;
  }

  private async previewDiff(
    olds: FileSetOutputs,
    inputs: FileSetInputs,
    call: Call,
    why?: string,
  ): Promise<void> {
    const local = await recallSet(this.files, inputs, call);
    const preview = { session: this.session, call, inputs, manifest: local.manifest };
    await previewChange(preview, olds, { before: unpackManifest(olds.manifest), why });
    await reportNotices(this.session, call, local, inputs);
  }

  async create(inputs: FileSetInputs): Promise<dynamic.CreateResult<FileSetOutputs>> {
    const sending = await this.sending(inputs, this.session.calls.of(inputs));
    const { avala, local, stateDirectory } = sending;
    const options = { ...publishOptions({ stateDirectory }), isComparedLater: true };
    const decision = await decidePublish(avala, targetOf(inputs, local), options);
    const outs = await (decision.kind === "found" ? reportExisting(sending) : sendFileSet(sending));
    return { id: inputs.datasetName, outs };
  }

  async update(
    id: string,
    olds: FileSetOutputs,
    news: FileSetInputs,
  ): Promise<dynamic.UpdateResult<FileSetOutputs>> {
    const sending = await this.sending(news, this.session.calls.of(news, id), olds);
    const wanted = { name: news.datasetName, organizationUid: ownerOf(news) };
    const isStored = olds.digest === news.digest;
    const existing = isStored ? undefined : await findOwned(sending.avala, wanted);
    const outs = await (existing === undefined
      ? sendFileSet(sending)
      : takeExisting(sending, existing));
    return { outs };
  }

  private async sending(
    inputs: FileSetInputs,
    call: Call,
    olds?: FileSetOutputs,
  ): Promise<Sending> {
    const { session } = this;
    const local = await recallSet(this.files, inputs, call);
    if (call.isPreview !== true) await reportNotices(session, call, local, inputs);
    const manifest = olds && unpackManifest(olds.manifest);
    return {
      avala: session.avala(call),
      messages: session.messages(call),
      inputs,
      local,
      stored: manifest && {
        manifest,
        isWhole: manifest.entries.length === olds.fileCount,
        uploadUid: olds.uploadUid,
      },
      stateDirectory: session.stateDirectory(),
    };
  }

  read(id: string, props?: FileSetOutputs): Promise<dynamic.ReadResult<FileSetOutputs>> {
    return readStoredFileSet(this.session, id, props);
  }

  async delete(id: string, props: FileSetOutputs): Promise<void> {
    const count = storedCount(props);
    const stay = count === 1 ? "stays" : "stay";
    const text = `${props.datasetName}: ${counted(count, "file")} ${stay} stored: the API can't delete files`;
    await this.session.messages(this.session.calls.ofId(id)).info(text);
  }
}

export function createFileSetHandler(
  session: Session,
  files: LocalFiles,
): Handler<FileSetInputs, FileSetOutputs> {
  return defineHandler({
    kind: "fileSet",
    session,
    handler: new FileSetHandler(session, files),
    needs: { create: uploadScopesFor, update: (_olds, news) => uploadScopesFor(news), delete: [] },
    long: ["manifest"],
  });
}
