// StorageConfig: a connection to a bucket of the user's own. The plain REST resource: made, listed, removed; the API has
// no call that changes one, so any change is a new one.
import type { dynamic } from "@pulumi/pulumi";
import {
  deleteStorageConfig,
  listStorageConfigs,
  testStorageConfig,
  type StorageConfig,
  type StorageConfigInput,
} from "../../src/api/storage-configs";
import type { Avala } from "../../src/api/connect";
import { AvalaError, isAvalaError } from "../../src/errors";
import { createStorageConfigOnce } from "../../src/plain-resources";
import { takeCall } from "../process/calls";
import { defineHandler } from "../process/define-handler";
import { Problems, UnfinishedError, providerOf } from "../process/failures";
import type { Handler } from "../process/handler";
import { present } from "../process/present";
import { applyRules, isFlag, isOneOf, isText, type Rules } from "../process/rules";
import { isSame } from "../process/same";
import type { Session } from "../process/session";

export type StorageConfigInputs = StorageConfigInput & {
  /** Whether the server tries the connection once it is made. */
  readonly test?: boolean;
};

export interface StorageConfigOutputs {
  readonly uid: string;
  readonly isVerified?: boolean;
  readonly createdAt?: string;
  readonly updatedAt?: string;
  readonly name?: string;
  readonly provider?: string;
  readonly bucketName?: string;
  readonly bucketRegion?: string;
  readonly bucketPrefix?: string;
  readonly prefix?: string;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly authJsonContent?: string;
  readonly isAccelerated?: boolean;
  readonly authMethod?: string;
  readonly roleArn?: string;
}

/** The inputs, or a state that was made of them, whatever the provider. */
type Asked = { readonly [K in keyof StorageConfigOutputs]?: StorageConfigOutputs[K] | undefined };

const RULES: Rules = {
  name: isText,
  provider: isOneOf(["aws_s3", "gc_storage"]),
  bucketName: isText,
  bucketRegion: isText,
  bucketPrefix: isText,
  prefix: isText,
  accessKeyId: isText,
  secretAccessKey: isText,
  authJsonContent: isText,
  isAccelerated: isFlag,
  authMethod: isText,
  roleArn: isText,
  test: isFlag,
};

const REPLACING = Object.keys(RULES).filter(
  (key) => key !== "test",
) as readonly (keyof StorageConfigOutputs)[];

function requiredOf(provider: unknown): readonly string[] {
  if (provider === "gc_storage") return ["name", "provider", "bucketName", "authJsonContent"];
  return ["name", "provider", "bucketName", "bucketRegion"];
}

/** No call changes one, so new credentials too are another one (contract, "Storage configs": no PATCH). */
function describeReplacement(
  uid: string,
  changed: readonly string[],
  { name, test }: StorageConfigInputs,
): string {
  const made = test === true ? "made and tried" : "made";
  return `The API can't change a storage config (${changed.join(", ")}): another ${name} is ${made}, and then this one (uid ${uid}) is removed.`;
}

function outputsOf(found: StorageConfig, asked: Asked): StorageConfigOutputs {
  const { uid, isVerified = asked.isVerified, createdAt, updatedAt } = found;
  const declared = Object.fromEntries(REPLACING.map((key) => [key, asked[key]]));
  const live =
    asked.name === undefined
      ? { name: found.name, provider: found.provider, bucketName: found.bucketName }
      : {};
  return present<StorageConfigOutputs>({
    ...declared,
    ...live,
    uid,
    isVerified,
    createdAt,
    updatedAt,
  });
}

async function findStorageConfig(avala: Avala, uid: string): Promise<StorageConfig | undefined> {
  for await (const found of listStorageConfigs(avala)) {
    if (found.uid === uid) return found;
  }
  return undefined;
}

class StorageConfigHandler implements Handler<StorageConfigInputs, StorageConfigOutputs> {
  constructor(private readonly session: Session) {}

  configure(request: dynamic.ConfigureRequest): Promise<void> {
    return this.session.configure(request);
  }

  check(
    _olds: StorageConfigInputs,
    news: StorageConfigInputs,
  ): Promise<dynamic.CheckResult<StorageConfigInputs>> {
    const { call, inputs } = takeCall<StorageConfigInputs>(news);
    this.session.checkConfig();
    const problems = new Problems();
    const given: ReadonlyMap<string, unknown> = new Map(Object.entries(inputs));
    for (const key of requiredOf(inputs.provider)) {
      if (given.get(key) === undefined) problems.add(key, "is missing");
    }
    applyRules(inputs, RULES, problems);
    if (problems.failures.length > 0)
      return Promise.resolve({ inputs: news, failures: problems.failures });
    this.session.calls.keep(inputs, call);
    return Promise.resolve({ inputs });
  }

  async diff(
    id: string,
    olds: StorageConfigOutputs,
    news: StorageConfigInputs,
  ): Promise<dynamic.DiffResult> {
    const call = this.session.calls.of(news, id);
    const given: Asked = news;
    const replaces = REPLACING.filter((key) => !isSame(olds[key], given[key]));
    const isToBeTried = news.test === true && olds.isVerified !== true;
    if (replaces.length > 0 && call.isPreview === true)
      await this.session.messages(call).info(describeReplacement(id, replaces, news));
    // Never deletes first, so that there is always one that works.
    return { changes: isToBeTried || replaces.length > 0, replaces };
  }

  async create(inputs: StorageConfigInputs): Promise<dynamic.CreateResult<StorageConfigOutputs>> {
    const avala = this.session.avala(this.session.calls.of(inputs));
    const { test, ...input } = inputs;
    const made = await createStorageConfigOnce(avala, input);
    const outs = outputsOf(made, inputs);
    if (test !== true) return { id: made.uid, outs };
    return { id: made.uid, outs: await this.tryIt(avala, outs, inputs) };
  }

  /** A connection that does not work is made all the same: the next `up` tries it again. */
  private async tryIt(
    avala: Avala,
    outs: StorageConfigOutputs,
    inputs: StorageConfigInputs,
  ): Promise<StorageConfigOutputs> {
    try {
      const { isVerified, message } = await testStorageConfig(avala, outs.uid);
      if (isVerified) return { ...outs, isVerified };
      const why = message ?? "the server gave no reason";
      throw new AvalaError("validation", `Storage config ${inputs.name} does not work: ${why}`, {
        hint: "Mend the bucket's permissions and run up again, or change the credentials here.",
      });
    } catch (error) {
      throw new UnfinishedError(error, outs.uid, { ...outs, __provider: providerOf(inputs) });
    }
  }

  async update(
    id: string,
    olds: StorageConfigOutputs,
    news: StorageConfigInputs,
  ): Promise<dynamic.UpdateResult<StorageConfigOutputs>> {
    if (news.test !== true) return { outs: olds };
    return {
      outs: await this.tryIt(this.session.avala(this.session.calls.of(news, id)), olds, news),
    };
  }

  async read(
    id: string,
    props?: StorageConfigOutputs,
  ): Promise<dynamic.ReadResult<StorageConfigOutputs>> {
    const found = await findStorageConfig(this.session.avala({}), id);
    return found === undefined ? { id: "" } : { id, props: outputsOf(found, props ?? {}) };
  }

  async delete(id: string): Promise<void> {
    try {
      await deleteStorageConfig(this.session.avala(this.session.calls.ofId(id)), id);
    } catch (error) {
      if (!isAvalaError(error) || error.code !== "not_found") throw error;
    }
  }
}

export function createStorageConfigHandler(
  session: Session,
): Handler<StorageConfigInputs, StorageConfigOutputs> {
  return defineHandler({
    kind: "storageConfig",
    session,
    handler: new StorageConfigHandler(session),
  });
}
