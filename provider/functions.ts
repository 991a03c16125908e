// What a program looks up while it runs: datasets, exports and projects that are there. Reads only, in the program's own
// process, with the same configuration as the resources.
import * as pulumi from "@pulumi/pulumi";
import type { Avala } from "../src/api/connection";
import type { Dataset } from "../src/api/endpoints/datasets/dataset-wire";
import * as datasets from "../src/api/endpoints/datasets/datasets";
import * as exports_ from "../src/api/endpoints/exports";
import * as projects from "../src/api/endpoints/projects";
import * as storage from "../src/api/endpoints/storage-configs";
import type { Config } from "../src/config";
import { systemClock } from "../src/flow/clock";
import { findDataset } from "../src/operations/datasets/dataset";
import { AvalaError, InputError } from "../src/errors";
import { soundConfig, requireKey } from "./process/config";
import { unknownNames } from "./process/known-names";
import { plain } from "./process/plain";
import { refusal } from "./refusal";

/** One of: `uid`; `owner` and `slug`; `name`, which finds your own. */
export interface GetDatasetArgs {
  readonly uid?: string;
  readonly owner?: string;
  readonly slug?: string;
  readonly name?: string;
}

export interface ListDatasetsArgs {
  readonly dataType?: string;
  /** Part of the name. */
  readonly name?: string;
  readonly status?: string;
  readonly visibility?: string;
}

export interface UidArgs {
  readonly uid: string;
}

export interface StorageSetupArgs {
  /** The slug. @default `avala:organization` */
  readonly organization?: string;
}

/** The arguments as inputs, and the result as an output. */
type Inputs<T> = { readonly [K in keyof T]: pulumi.Input<T[K]> };

/** What was found is passed on to outputs and resources, so what the server sent must be plain data. */
function asData<T>(found: T): T {
  return plain(found) as T;
}

/** A look-up as a program calls it. */
interface Asked<Args> {
  readonly call: string;
  readonly args: Args;
  readonly known: Readonly<Record<keyof Args & string, true>>;
}

function refuseUnknown<Args extends object>({ call, args, known }: Asked<Args>): void {
  const problems = unknownNames(args, Object.keys(known));
  if (problems.length === 0) return;
  throw new InputError(problems.map(({ input, text }) => ({ input: `${call} ${input}`, text })));
}

/** Runs one look-up on its own connection: a program may make few of them, and none must keep it from ending. */
async function look<Args extends object, T>(
  asked: Asked<Args>,
  read: (avala: Avala, owner: Pick<Config, "organizationUid" | "organization">) => Promise<T>,
): Promise<T> {
  try {
    refuseUnknown(asked);
    const config = new pulumi.Config("avala");
    const { organizationUid, organization, ...connection } = requireKey(
      soundConfig((key) => config.get(key), process.env),
    );
    // Most programs look nothing up, and the HTTP libraries take as long to load as all the rest.
    const { connect } = await import("../src/api/connect.js");
    const avala = connect(connection);
    try {
      return asData(await read(avala, { organizationUid, organization }));
    } finally {
      avala.close();
    }
  } catch (error) {
    throw refusal(error);
  }
}

// Node warns, in three lines, of an output that fails before the engine has asked for it, as it does once the program has run.
const ASKED_FOR_MS = 500;

function lift<Args, Result>(
  args: Inputs<Args>,
  read: (args: Args) => Promise<Result>,
): pulumi.Output<Result> {
  // A result is plain data, so unwrapping leaves it as it is.
  const result = pulumi.output(args).apply(async (known) => {
    try {
      return await read(known as Args);
    } catch (error) {
      await systemClock.sleep(ASKED_FOR_MS);
      throw error;
    }
  });
  return result as pulumi.Output<unknown> as pulumi.Output<Result>;
}

async function findOne(
  avala: Avala,
  args: GetDatasetArgs,
  organizationUid: string | undefined,
): Promise<Dataset> {
  const { uid, owner, slug, name } = args;
  if (uid !== undefined) return datasets.getDataset(avala, uid);
  if (owner !== undefined && slug !== undefined) {
    return datasets.getDataset(avala, { owner, slug });
  }
  if (name === undefined) {
    throw new InputError([{ input: "getDataset", text: "set uid, owner and slug, or name" }]);
  }
  const found = await findDataset(avala, { name, ownerName: owner, organizationUid });
  if (found !== undefined) return found;
  throw new AvalaError("not_found", `No dataset of yours is named ${name}.`, {
    hint: "Find it with listDatasets, or give its uid.",
  });
}

/** An existing dataset. Rejects if there is none that the key may see. */
export function getDataset(args: GetDatasetArgs): Promise<Dataset> {
  const known = { uid: true, owner: true, slug: true, name: true } as const;
  return look({ call: "getDataset", args, known }, (avala, { organizationUid }) =>
    findOne(avala, args, organizationUid),
  );
}

export function getDatasetOutput(args: Inputs<GetDatasetArgs>): pulumi.Output<Dataset> {
  return lift(args, getDataset);
}

/** Every dataset that the key may see, page by page. */
export function listDatasets(args: ListDatasetsArgs = {}): Promise<Dataset[]> {
  const known = { dataType: true, name: true, status: true, visibility: true } as const;
  return look({ call: "listDatasets", args, known }, async (avala) => {
    const found: Dataset[] = [];
    for await (const dataset of datasets.listDatasets(avala, args)) found.push(dataset);
    return found;
  });
}

export function listDatasetsOutput(args: Inputs<ListDatasetsArgs> = {}): pulumi.Output<Dataset[]> {
  return lift(args, listDatasets);
}

/** An existing export. Its `downloadUrl` is a secret: `getExportOutput` keeps it as one. */
export function getExport(args: UidArgs): Promise<exports_.Export> {
  return look({ call: "getExport", args, known: { uid: true } }, (avala) =>
    exports_.getExport(avala, args.uid),
  );
}

/** Secret as a whole, since the result carries the download URL: `pulumi.unsecret` what may be shown. */
export function getExportOutput(args: Inputs<UidArgs>): pulumi.Output<exports_.Export> {
  return pulumi.secret(lift(args, getExport));
}

/** An existing project. */
export function getProject(args: UidArgs): Promise<projects.Project> {
  return look({ call: "getProject", args, known: { uid: true } }, (avala) =>
    projects.getProject(avala, args.uid),
  );
}

export function getProjectOutput(args: Inputs<UidArgs>): pulumi.Output<projects.Project> {
  return lift(args, getProject);
}

/** Who a role for a bucket has to trust: Avala's account at AWS, and the external id of the organization. */
export function getStorageSetup(args: StorageSetupArgs = {}): Promise<storage.StorageSetupInfo> {
  const known = { organization: true } as const;
  return look({ call: "getStorageSetup", args, known }, (avala, configured) =>
    storage.getStorageSetupInfo(avala, {
      organization: args.organization ?? configured.organization,
    }),
  );
}

export function getStorageSetupOutput(
  args: Inputs<StorageSetupArgs> = {},
): pulumi.Output<storage.StorageSetupInfo> {
  return lift(args, getStorageSetup);
}
