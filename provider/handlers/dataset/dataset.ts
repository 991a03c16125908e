// Dataset: of a file set, of a bucket, or empty. What the engine calls; the work is in the files beside it.
import type { dynamic } from "@pulumi/pulumi";
import { getDataset } from "../../../src/api/endpoints/datasets/datasets";
import type { Dataset } from "../../../src/api/endpoints/datasets/dataset-wire";
import { AvalaError, isNotFound } from "../../../src/errors";
import { unpackManifest } from "../../../src/files/manifest/packing";
import type { Manifest } from "../../../src/files/manifest/manifest";
import { madeOfOthers } from "../../../src/operations/publish/refusals";
import { describeDataset } from "../../../src/operations/datasets/dataset-work";
import { takeCall, type Call } from "../../process/calls";
import { defineHandler } from "../../process/define-handler";
import { Problems, UnfinishedError, providerOf } from "../../process/failures";
import { readOrGone } from "../../process/gone";
import type { Handler, OwnMethods } from "../../process/handler";
import type { LocalFiles } from "../../process/local-files";
import { without } from "../../process/present";
import type { Session } from "../../process/session";
import { hasUnknown } from "../../process/unknown";
import { announceChanges, changeDataset, declaredWithout } from "./change";
import { checkDataset, checkIndexed } from "./check";
import { declareDataset } from "./declare";
import { refuseIfInTheWay, removeDataset, reportWhatStays, type Replacement } from "./delete";
import {
  changesOf,
  datasetNeeds,
  diffDataset,
  isContentChanged,
  isWaiting,
  refusalOf,
  takeOverChanges,
} from "./diff";
import {
  datasetInputs,
  datasetOutputs,
  type Declared,
  type DatasetGiven,
  type DatasetInputs,
  type DatasetOutputs,
  type Known,
} from "./inputs";
import { createLineage } from "./lineage";
import { makeDataset, type Made } from "./make";
import { withKnownOwner } from "./owner";
import { previewTakeOver, warnOfVisibility } from "./preview";
import { reportUnverified, settleDataset, type Settling } from "./settle";
import { PULUMI_WORDS, publishedFilesOf } from "../publishing";

const DEFAULT_TIMEOUT_MINUTES = 60;

interface Finishing extends Partial<Pick<Made, "isKnown" | "isOwnerKnown" | "resemblance">> {
  readonly changes?: ReturnType<typeof changesOf>;
  /** What the state has, of which nothing changes where `changes` can't be made. */
  readonly before?: Declared | undefined;
  /** Present when there is nothing left to hold against its files. */
  readonly verification?: Omit<Known, "origin"> | undefined;
  readonly origin: Known["origin"];
}

class DatasetHandler implements OwnMethods<DatasetInputs, DatasetOutputs> {
  /** By digest. Too big to be in the state of the dataset as well as in that of its file set. */
  private readonly manifests = new Map<string, Manifest>();
  private readonly lineage = createLineage();

  constructor(
    private readonly session: Session,
    private readonly files: Pick<LocalFiles, "ofDigest">,
  ) {}

  async check(
    olds: DatasetInputs,
    news: DatasetInputs,
  ): Promise<dynamic.CheckResult<DatasetInputs>> {
    const { call, inputs: given } = takeCall<DatasetGiven>(news);
    const problems = new Problems();
    this.session.checkConfig(problems);
    checkDataset(given, problems, this.session.organizationUid());
    this.keepManifest(given, problems);
    if (problems.failures.length > 0) return { inputs: news, failures: problems.failures };
    const inputs = datasetInputs(given, this.session.organizationUid());
    this.session.calls.keep(inputs, call);
    declareDataset(this.session, inputs, call, problems);
    if (problems.failures.length > 0) return { inputs: news, failures: problems.failures };
    const isNew = olds.name === undefined;
    if (isNew && call.isPreview === true)
      await previewTakeOver(this.session, call, inputs, this.lineage);
    return { inputs };
  }

  private keepManifest({ files, dataType }: DatasetGiven, problems: Problems): void {
    if (files?.manifest === undefined || files.manifest === "" || hasUnknown(files)) return;
    try {
      const manifest = this.manifests.get(files.digest) ?? unpackManifest(files.manifest);
      this.manifests.set(files.digest, manifest);
      checkIndexed(manifest, dataType, problems);
    } catch (error) {
      problems.addError(error, "files");
    }
  }

  async diff(id: string, olds: DatasetOutputs, given: DatasetInputs): Promise<dynamic.DiffResult> {
    const call = this.session.calls.of(given, id);
    const news = await withKnownOwner(this.session, call, { olds, news: given });
    const refusal = refusalOf(olds, news);
    if (refusal !== undefined) throw refusal;
    const result = diffDataset(olds, news);
    const { replaces: changed = [], deleteBeforeReplace: mustGo = false } = result;
    const isReplaced = changed.length > 0;
    if (isReplaced) await this.announce({ props: olds, changed }, { call, mustGo, news });
    else if (call.isPreview === true)
      await announceChanges(this.session.messages(call), olds, changesOf(olds, news));
    this.lineage.diffed(id, { isReplaced, mustGo });
    return result;
  }

  private async announce(
    { props, changed }: Pick<Replacement, "props" | "changed">,
    { call, mustGo, news }: { call: Call; mustGo: boolean; news: DatasetInputs },
  ): Promise<void> {
    const { session } = this;
    const avala = session.avalaIfConfigured(call);
    const isFirstMention = this.lineage.isFirstMention(props.uid);
    const messages = session.messages(call);
    const replacement = { avala, messages, props, changed, isFirstMention };
    // What the one before has, Avala accepted.
    if (call.isPreview === true && props.visibility !== news.visibility)
      await warnOfVisibility(session, call, news);
    if (mustGo) await refuseIfInTheWay(replacement);
    else if (call.isPreview === true && isFirstMention) await reportWhatStays(replacement, news);
  }

  async create(inputs: DatasetInputs): Promise<dynamic.CreateResult<DatasetOutputs>> {
    const call = this.session.calls.of(inputs);
    const settling = this.settling(inputs, call);
    const { dataset, wasThere, ...made } = await makeDataset(settling);
    if (wasThere)
      await settling.messages.info(
        `${describeDataset(dataset)} already existed and is taken over.`,
      );
    const changes = wasThere ? takeOverChanges(dataset, inputs) : undefined;
    this.lineage.took(dataset.uid);
    return { id: dataset.uid, outs: await this.finish(settling, dataset, { changes, ...made }) };
  }

  async update(
    id: string,
    olds: DatasetOutputs,
    news: DatasetInputs,
  ): Promise<dynamic.UpdateResult<DatasetOutputs>> {
    const settling = this.settling(news, this.session.calls.of(news, id));
    const dataset = await readOrExplain(settling, id, news.name);
    // Its file set may have sent them.
    const words = { words: PULUMI_WORDS, isSent: true };
    if (isContentChanged(olds, news)) throw madeOfOthers(dataset, "", words);
    const { isVerified, isCompared } = olds;
    const verification = isVerified || isCompared === true ? { isVerified, isCompared } : undefined;
    const changes = changesOf(olds, news);
    const { origin } = olds;
    const finishing = { changes, before: olds, verification, origin };
    return { outs: await this.finish(settling, dataset, finishing) };
  }

  private settling(inputs: DatasetInputs, call: Call): Settling {
    const { session } = this;
    const manifest =
      inputs.files === undefined ? undefined : this.manifests.get(inputs.files.digest);
    return {
      avala: session.avala(call),
      messages: session.messages(call),
      inputs,
      madeOf: manifest && publishedFilesOf(inputs, manifest, this.files.ofDigest(manifest.digest)),
      timeoutMs: (inputs.timeoutMinutes ?? DEFAULT_TIMEOUT_MINUTES) * 60_000,
      stateDirectory: session.stateDirectory(),
    };
  }

  /** Whatever fails from here on, the dataset is there: its uid goes into the state, and the next `up` continues. */
  private async finish(
    settling: Settling,
    made: Dataset,
    finishing: Finishing,
  ): Promise<DatasetOutputs> {
    const { changes, before = {}, verification, origin } = finishing;
    const { isKnown = false, isOwnerKnown = true, resemblance } = finishing;
    const { avala, inputs } = settling;
    let dataset = made;
    let declared = declaredWithout(inputs, changes, before);
    try {
      if (changes !== undefined) dataset = await changeDataset(avala, dataset, changes);
      declared = inputs;
      if (verification !== undefined)
        return datasetOutputs(dataset, inputs, { ...verification, origin });
      if (!isWaiting(inputs)) return datasetOutputs(dataset, inputs, { isVerified: false, origin });
      const settled = await settleDataset(settling, dataset, isKnown);
      if (!settled.isVerified && !settled.isKnown)
        await reportUnverified(settling, {
          ...settled,
          resemblance: resemblance ?? settled.resemblance,
        });
      const isVerified = settled.isVerified && isOwnerKnown;
      return datasetOutputs(settled.dataset, inputs, { isVerified, isCompared: true, origin });
    } catch (error) {
      const known = verification ?? { isVerified: false };
      const outputs = datasetOutputs(dataset, declared, { ...known, origin });
      throw new UnfinishedError(error, dataset.uid, { ...outputs, __provider: providerOf(inputs) });
    }
  }

  read(id: string, props?: DatasetOutputs): Promise<dynamic.ReadResult<DatasetOutputs>> {
    return readOrGone(id, async () => {
      const dataset = await getDataset(this.session.avala({}), id);
      // Without a uid it is not a refresh: the program itself reads it (`Dataset.get`), and so it uses it.
      if (props?.uid === undefined) this.lineage.took(id);
      const { isVerified = true, isCompared, origin } = props ?? {};
      const known = { isVerified, isCompared, origin };
      return datasetOutputs(dataset, declaredIn(props), known);
    });
  }

  async delete(id: string, props: DatasetOutputs): Promise<void> {
    const call = this.session.calls.ofId(id);
    const removal = { mustGo: this.lineage.mustGo(id), isHeld: this.lineage.isHeld(id) };
    await removeDataset(this.session.avala(call), this.session.messages(call), props, removal);
  }
}

/** What was declared, as the state has it; what the API returns takes its place. */
function declaredIn(props: DatasetOutputs | undefined): Declared {
  if (props === undefined) return {};
  return { ...without(props, ["ownerName", "slug"]), ...props.declared };
}

async function readOrExplain({ avala }: Settling, uid: string, name: string): Promise<Dataset> {
  try {
    return await getDataset(avala, uid);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new AvalaError("not_found", `Dataset ${name} (uid ${uid}) is gone.`, {
      hint: "Run pulumi refresh to drop it from the state; the next up creates it again.",
      cause: error,
    });
  }
}

export function createDatasetHandler(
  session: Session,
  files: Pick<LocalFiles, "ofDigest">,
): Handler<DatasetInputs, DatasetOutputs> {
  const handler = new DatasetHandler(session, files);
  return defineHandler({ kind: "dataset", session, handler, needs: datasetNeeds });
}
