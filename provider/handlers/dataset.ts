// Dataset: of a file set, of a bucket, or empty. What the engine calls; the work is in the files beside it.
import type { dynamic } from "@pulumi/pulumi";
import {
  getDataset,
  updateDataset,
  type Dataset,
  type DatasetChanges,
} from "../../src/api/datasets";
import { refOf } from "../../src/dataset";
import { AvalaError, isAvalaError } from "../../src/errors";
import { unpackManifest, type Manifest } from "../../src/files/manifest";
import { takeCall, type Call } from "../process/calls";
import { Problems, UnfinishedError, guarded, providerOf } from "../process/failures";
import { METHODS, type Handler } from "../process/handler";
import { without } from "../process/present";
import type { Session } from "../process/session";
import { hasUnknown } from "../process/unknown";
import { checkDataset, checkIndexed } from "./dataset-check";
import { refuseIfKept, removeDataset } from "./dataset-delete";
import {
  changesOf,
  diffDataset,
  isContentChanged,
  isWaiting,
  takeOverChanges,
} from "./dataset-diff";
import {
  datasetInputs,
  datasetOutputs,
  type Declared,
  type DatasetGiven,
  type DatasetInputs,
  type DatasetOutputs,
} from "./dataset-inputs";
import { confirmAgain, makeDataset } from "./dataset-make";
import { settleDataset, type Settling } from "./dataset-settle";
import { indexedEntries } from "./file-set-send";

const DEFAULT_TIMEOUT_MINUTES = 60;

class DatasetHandler implements Handler<DatasetInputs, DatasetOutputs> {
  /** By digest. Too big to be in the state of the dataset as well as in that of its file set. */
  private readonly manifests = new Map<string, Manifest>();
  /** The ids of those that have to go before another of their name can be made. */
  private readonly madeWay = new Set<string>();

  constructor(private readonly session: Session) {}

  configure(request: dynamic.ConfigureRequest): Promise<void> {
    return this.session.configure(request);
  }

  check(_olds: DatasetInputs, news: DatasetInputs): Promise<dynamic.CheckResult<DatasetInputs>> {
    const { call, inputs: given } = takeCall<DatasetGiven>(news);
    this.session.checkConfig();
    const problems = new Problems();
    checkDataset(given, problems);
    this.keepManifest(given, problems);
    if (problems.failures.length > 0)
      return Promise.resolve({ inputs: news, failures: problems.failures });
    const organizationUid =
      (given.organizationUid ?? given.files?.organizationUid) || this.session.organizationUid();
    const inputs = datasetInputs(
      organizationUid === undefined ? given : { ...given, organizationUid },
    );
    this.session.calls.keep(inputs, call);
    return Promise.resolve({ inputs });
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

  async diff(id: string, olds: DatasetOutputs, news: DatasetInputs): Promise<dynamic.DiffResult> {
    const call = this.session.calls.of(news, id);
    const result = diffDataset(olds, news);
    this.madeWay.delete(id);
    if (result.deleteBeforeReplace === true) {
      this.madeWay.add(id);
      const avala = this.session.avalaIfConfigured(call);
      if (avala !== undefined) await refuseIfKept(avala, olds, result.replaces ?? []);
    }
    return result;
  }

  async create(inputs: DatasetInputs): Promise<dynamic.CreateResult<DatasetOutputs>> {
    const settling = this.settling(inputs, this.session.calls.of(inputs));
    const { dataset, wasThere } = await makeDataset(settling);
    if (wasThere) await settling.messages.info(`${dataset.name} was there and is taken over`);
    const changes = wasThere ? takeOverChanges(dataset, inputs) : undefined;
    return { id: dataset.uid, outs: await this.finish(settling, dataset, changes) };
  }

  async update(
    id: string,
    olds: DatasetOutputs,
    news: DatasetInputs,
  ): Promise<dynamic.UpdateResult<DatasetOutputs>> {
    const settling = this.settling(news, this.session.calls.of(news, id));
    const isChanged = isContentChanged(olds, news);
    const live = await readOrExplain(settling, id, news.name);
    const dataset = isChanged ? await confirmAgain(settling) : live;
    const changes = changesOf(olds, news);
    return { outs: await this.finish(settling, dataset, changes, olds.isVerified && !isChanged) };
  }

  private settling(inputs: DatasetInputs, call: Call): Settling {
    const { session } = this;
    const manifest =
      inputs.files === undefined ? undefined : this.manifests.get(inputs.files.digest);
    return {
      avala: session.avala(call),
      messages: session.messages(call),
      inputs,
      expected: manifest === undefined ? undefined : indexedEntries(manifest, inputs.dataType),
      timeoutMs: (inputs.timeoutMinutes ?? DEFAULT_TIMEOUT_MINUTES) * 60_000,
      stateDirectory: session.stateDirectory(),
    };
  }

  /** Whatever fails from here on, the dataset is there: its uid goes into the state, and the next `up` goes on. */
  private async finish(
    settling: Settling,
    made: Dataset,
    changes: DatasetChanges | undefined,
    isVerified = false,
  ): Promise<DatasetOutputs> {
    const { avala, inputs } = settling;
    let dataset = made;
    try {
      if (changes !== undefined)
        dataset = await updateDataset(avala, await refOf(avala, dataset), changes);
      if (isVerified || !isWaiting(inputs)) return datasetOutputs(dataset, inputs, isVerified);
      return datasetOutputs(await settleDataset(settling, dataset), inputs, true);
    } catch (error) {
      const outputs = datasetOutputs(dataset, inputs, false);
      throw new UnfinishedError(error, dataset.uid, { ...outputs, __provider: providerOf(inputs) });
    }
  }

  async read(id: string, props?: DatasetOutputs): Promise<dynamic.ReadResult<DatasetOutputs>> {
    try {
      const dataset = await getDataset(this.session.avala({}), id);
      return { id, props: datasetOutputs(dataset, declaredIn(props), props?.isVerified ?? true) };
    } catch (error) {
      if (isAvalaError(error) && error.code === "not_found") return { id: "" };
      throw error;
    }
  }

  async delete(id: string, props: DatasetOutputs): Promise<void> {
    const call = this.session.calls.ofId(id);
    const mustGo = this.madeWay.has(id);
    await removeDataset(this.session.avala(call), this.session.messages(call), props, { mustGo });
  }
}

/** What was declared, as the state has it; what the API tells takes its place. */
function declaredIn(props: DatasetOutputs | undefined): Declared {
  if (props === undefined) return {};
  return { ...without(props, ["ownerName", "slug"]), ...props.declared };
}

async function readOrExplain({ avala }: Settling, uid: string, name: string): Promise<Dataset> {
  try {
    return await getDataset(avala, uid);
  } catch (error) {
    if (!isAvalaError(error) || error.code !== "not_found") throw error;
    throw new AvalaError("not_found", `Dataset ${name} (uid ${uid}) is gone.`, {
      hint: "Run pulumi refresh: it takes it out of the state, and the next up makes it anew.",
      cause: error,
    });
  }
}

export function createDatasetHandler(session: Session): Handler<DatasetInputs, DatasetOutputs> {
  return guarded(new DatasetHandler(session), METHODS);
}
