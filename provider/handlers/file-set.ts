// FileSet: files of a folder, stored under one dataset name. What the engine calls; the work is in the files beside it.
import type { dynamic } from "@pulumi/pulumi";
import type { Avala } from "../../src/api/connect";
import type { Dataset } from "../../src/api/datasets";
import { findDataset } from "../../src/dataset";
import { AvalaError, listed } from "../../src/errors";
import { unpackManifest, type Manifest } from "../../src/files/manifest";
import { counted } from "../../src/upload/cost";
import { takeCall, type Call } from "../process/calls";
import { Problems, guarded, textOf } from "../process/failures";
import { METHODS, type Handler } from "../process/handler";
import type { LocalFiles, LocalSet } from "../process/local-files";
import { showReading } from "../process/messages";
import { applyRules } from "../process/rules";
import type { Session } from "../process/session";
import { isSame } from "../process/same";
import { hasUnknown, unknownAs } from "../process/unknown";
import {
  FILE_SET_RULES,
  inputsOf,
  optionsOf,
  outputsOf,
  ownerOf,
  type FileSetGiven,
  type FileSetInputs,
  type FileSetOutputs,
} from "./file-set-inputs";
import { HOW_TO_ADOPT, previewChange, previewNew, tellNotices } from "./file-set-preview";
import { protectedInBoth, wouldBeRefused } from "./file-set-protected";
import { lacks, sendFileSet } from "./file-set-send";
import { readStoredFileSet } from "./file-set-read";

// Elsewhere is a new set, made before the old one goes; the rest changes a set where it is.
const REPLACING = ["datasetName", "organizationUid"] as const;
const UPDATING = ["digest", "dataType", "indexedCount"] as const;
const KNOWN = new Set(Object.keys(FILE_SET_RULES));

/** Nothing is read from the disk while an input is unknown, so what would be computed stays unknown too. */
function unknownInputs(given: FileSetGiven): FileSetInputs {
  return {
    ...given,
    datasetName: given.datasetName ?? unknownAs(),
    isVersion: given.datasetName === undefined,
    uploadUid: unknownAs(),
    digest: unknownAs(),
    dataType: given.dataType ?? unknownAs(),
    organizationUid: given.organizationUid ?? "",
    fileCount: unknownAs(),
    totalBytes: unknownAs(),
    indexedCount: unknownAs(),
    contents: unknownAs(),
  };
}

class FileSetHandler implements Handler<FileSetInputs, FileSetOutputs> {
  private readonly told = new Set<string>();

  constructor(
    private readonly session: Session,
    private readonly files: LocalFiles,
  ) {}

  configure(request: dynamic.ConfigureRequest): Promise<void> {
    return this.session.configure(request);
  }

  async check(
    olds: FileSetInputs,
    news: FileSetInputs,
  ): Promise<dynamic.CheckResult<FileSetInputs>> {
    const { call, inputs } = takeCall<FileSetGiven>(news);
    const organizationUid = inputs.organizationUid ?? this.session.organizationUid();
    const given = { ...inputs, ...(organizationUid === undefined ? {} : { organizationUid }) };
    this.session.checkConfig();
    const problems = new Problems();
    if (typeof given.root !== "string")
      problems.add("root", "is missing: give the folder that the files are in");
    applyRules(given, FILE_SET_RULES, problems);
    if (problems.failures.length > 0) return { inputs: news, failures: problems.failures };
    if (hasUnknown(given)) return { inputs: unknownInputs(given) };
    try {
      const known = { ...call, protectedInBoth: protectedInBoth(olds, inputs) };
      return { inputs: await this.checkFiles(given, known, olds.digest === undefined) };
    } catch (error) {
      problems.addError(error, "root", KNOWN);
      return { inputs: news, failures: problems.failures };
    }
  }

  private async checkFiles(
    given: FileSetGiven,
    call: Call,
    isNew: boolean,
  ): Promise<FileSetInputs> {
    const local = await this.files.read(optionsOf(given), showReading(this.session.messages(call)));
    const inputs = inputsOf(given, local);
    this.session.calls.keep(inputs, call);
    if (isNew && call.isPreview === true && this.isNews(call, inputs)) {
      await previewNew({ session: this.session, call, inputs, manifest: local.manifest });
      await tellNotices(this.session, call, local, inputs);
    }
    return inputs;
  }

  async diff(id: string, olds: FileSetOutputs, news: FileSetInputs): Promise<dynamic.DiffResult> {
    const replaces = REPLACING.filter((key) => !isSame(olds[key], news[key]));
    const changed = UPDATING.filter((key) => !isSame(olds[key], news[key]));
    if (replaces.length + changed.length === 0) return { changes: false };
    const call = this.session.calls.of(news, id);
    if (replaces.length > 0) await this.refuseIfProtected(olds, news, call);
    if (call.isPreview === true && !hasUnknown(news) && this.isNews(call, news)) {
      await this.previewDiff(olds, news, call);
    }
    // The digest is what makes a version's name, and what the preview should show as the reason.
    const reasons = replaces.map((key) =>
      key === "datasetName" && news.isVersion ? "digest" : key,
    );
    return { changes: true, replaces: reasons };
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
  private isNews({ urn = "" }: Call, { digest }: FileSetInputs): boolean {
    const key = `${urn} ${digest}`;
    if (this.told.has(key)) return false;
    this.told.add(key);
    return true;
  }

  private async previewDiff(
    olds: FileSetOutputs,
    inputs: FileSetInputs,
    call: Call,
  ): Promise<void> {
    const local = await this.files.recall(optionsOf(inputs), inputs.digest);
    const preview = { session: this.session, call, inputs, manifest: local.manifest };
    await previewChange(preview, olds, unpackManifest(olds.manifest));
    await tellNotices(this.session, call, local, inputs);
  }

  async create(inputs: FileSetInputs): Promise<dynamic.CreateResult<FileSetOutputs>> {
    const call = this.session.calls.of(inputs);
    const local = await this.files.recall(optionsOf(inputs), inputs.digest);
    const avala = this.session.avala(call);
    const name = inputs.datasetName;
    const existing = await findDataset(avala, { name, organizationUid: ownerOf(inputs) });
    if (existing !== undefined && (await this.isStored(avala, existing, inputs, local))) {
      await this.session.messages(call).info(`nothing to send: ${name} is on the server`);
      return { id: name, outs: outputsOf(inputs, local.manifest) };
    }
    return { id: name, outs: await this.send(inputs, call, local, undefined) };
  }

  /** Whether the dataset that was found is this very set. @throws AvalaError when it is another, or lacks files */
  private async isStored(
    avala: Avala,
    dataset: Dataset,
    inputs: FileSetInputs,
    local: LocalSet,
  ): Promise<boolean> {
    const { name, uid, itemCount } = dataset;
    if (!inputs.isVersion) {
      if (inputs.adopt === true) return false;
      throw new AvalaError(
        "conflict",
        `Dataset ${name} exists already (uid ${uid}, ${counted(itemCount, "item")}).`,
        {
          hint: `${HOW_TO_ADOPT} Nothing was sent.`,
        },
      );
    }
    const missing = await lacks(avala, dataset, inputs, local.manifest);
    if (missing.length === 0) return true;
    const what = counted(missing.length, "file");
    throw new AvalaError(
      "dataset",
      `Dataset version ${name} exists (uid ${uid}) and lacks ${what}:${listed(missing)}`,
      {
        hint: "A dataset version can't be added to. Delete it and run again, or use another name (versionOf). Nothing was sent.",
      },
    );
  }

  async update(
    id: string,
    olds: FileSetOutputs,
    news: FileSetInputs,
  ): Promise<dynamic.UpdateResult<FileSetOutputs>> {
    const call = this.session.calls.of(news, id);
    const local = await this.files.recall(optionsOf(news), news.digest);
    return { outs: await this.send(news, call, local, unpackManifest(olds.manifest)) };
  }

  private async send(
    inputs: FileSetInputs,
    call: Call,
    local: LocalSet,
    stored: Manifest | undefined,
  ): Promise<FileSetOutputs> {
    const { session } = this;
    const shared = { avala: session.avala(call), messages: session.messages(call) };
    if (call.isPreview !== true) await tellNotices(session, call, local, inputs);
    return sendFileSet({
      ...shared,
      inputs,
      local,
      stored,
      stateDirectory: session.stateDirectory(),
    });
  }

  read(id: string, props?: FileSetOutputs): Promise<dynamic.ReadResult<FileSetOutputs>> {
    return readStoredFileSet(this.session, id, props);
  }

  async delete(id: string, props: FileSetOutputs): Promise<void> {
    const stay = props.fileCount === 1 ? "stays" : "stay";
    const text = `${props.datasetName}: ${counted(props.fileCount, "file")} ${stay} stored, as no call of the API removes one`;
    await this.session.messages(this.session.calls.ofId(id)).info(text);
  }
}

export function createFileSetHandler(
  session: Session,
  files: LocalFiles,
): Handler<FileSetInputs, FileSetOutputs> {
  return guarded(new FileSetHandler(session, files), METHODS);
}
