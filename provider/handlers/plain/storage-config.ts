// StorageConfig: a connection to a bucket of the user's own. The plain REST resource: made, listed, removed; the API has
// no call that changes one, so any change is a new one.
import type { dynamic } from "@pulumi/pulumi";
import type { Avala } from "../../../src/api/connection";
import type { OfOrganization } from "../../../src/api/endpoints/organization-advice";
import {
  deleteStorageConfig,
  getStorageConfig,
  type StorageConfig,
  type StorageConfigInput,
} from "../../../src/api/endpoints/storage-configs";
import { testStorageConfig } from "../../../src/api/endpoints/storage-test";
import { AvalaError, isNotFound } from "../../../src/errors";
import { createStorageConfigOnce } from "../../../src/operations/plain-resources";
import { comparable } from "../../fields/bucket";
import type { Given } from "../../fields/field";
import { OWN_FIELDS, STORAGE_CONFIG_FIELDS } from "../../fields/storage-config";
import { takeCall } from "../../process/calls";
import { defineHandler } from "../../process/define-handler";
import { Problems, UnfinishedError, isInputError, providerOf } from "../../process/failures";
import { changedIn, checkFields, keptIn } from "../../process/fields";
import type { Handler, OwnMethods } from "../../process/handler";
import { present } from "../../process/present";
import type { Session } from "../../process/session";
import { bucketProblems } from "../bucket";

type StorageConfigInputs = StorageConfigInput & {
  /** Whether the server tries the connection once it is made. */
  readonly test?: boolean;
};

type ByProgram = Given<typeof STORAGE_CONFIG_FIELDS>;

export interface StorageConfigOutputs extends Omit<ByProgram, "test" | "provider"> {
  readonly uid: string;
  readonly provider?: string | undefined;
  readonly isVerified?: boolean | undefined;
  readonly createdAt?: string | undefined;
  readonly updatedAt?: string | undefined;
}

/** The inputs, or a state that was made of them, whatever the provider. */
type Asked = Partial<StorageConfigOutputs>;

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
  const live =
    asked.name === undefined
      ? { name: found.name, provider: found.provider, bucketName: found.bucketName }
      : {};
  return present<StorageConfigOutputs>({
    ...keptIn(STORAGE_CONFIG_FIELDS, asked),
    ...live,
    uid,
    isVerified,
    createdAt,
    updatedAt,
  });
}

function checkStorageConfig(inputs: StorageConfigInputs, problems: Problems): void {
  for (const key of ["name", "provider"] as const)
    if (inputs[key] === undefined) problems.add(key, "is missing");
  checkFields(inputs, OWN_FIELDS, problems);
  const hasOrganization = inputs.organization !== undefined;
  const found = bucketProblems(inputs, { hasOrganization, input: "organization" });
  for (const { input, text } of found) problems.add(input, text);
}

class StorageConfigHandler implements OwnMethods<StorageConfigInputs, StorageConfigOutputs> {
  constructor(private readonly session: Session) {}

  check(
    _olds: StorageConfigInputs,
    news: StorageConfigInputs,
  ): Promise<dynamic.CheckResult<StorageConfigInputs>> {
    const { call, inputs: given } = takeCall<StorageConfigInputs>(news);
    this.session.checkConfig();
    const organization = given.organization ?? this.session.organization();
    const inputs: StorageConfigInputs =
      organization === undefined ? given : { ...given, organization };
    const problems = new Problems();
    checkStorageConfig(inputs, problems);
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
    const states = { olds: comparable(olds), news: comparable(news) };
    const replaces = changedIn(STORAGE_CONFIG_FIELDS, "replace", states);
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
      const { isVerified, message } = await testStorageConfig(avala, outs.uid, inputs);
      if (isVerified) return { ...outs, isVerified };
      const why = message ?? "the server gave no reason";
      throw new AvalaError("validation", `Storage config ${inputs.name} does not work: ${why}`, {
        hint: "Fix the bucket's permissions and run up again, or change the credentials here.",
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
    try {
      const found = await this.findable(props, (of) =>
        getStorageConfig(this.session.avala({}), id, of),
      );
      return { id, props: outputsOf(found, props ?? {}) };
    } catch (error) {
      if (isNotFound(error)) return { id: "" };
      throw error;
    }
  }

  async delete(id: string, props: StorageConfigOutputs): Promise<void> {
    try {
      const avala = this.session.avala(this.session.calls.ofId(id));
      await this.findable(props, (of) => deleteStorageConfig(avala, id, of));
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  /** What the state does not say of its organization, only the configuration can. */
  private async findable<T>(
    props: StorageConfigOutputs | undefined,
    call: (of: OfOrganization) => Promise<T>,
  ): Promise<T> {
    try {
      return await call({ organization: props?.organization ?? this.session.organization() });
    } catch (error) {
      if (!isInputError(error)) throw error;
      const hint = "Run: pulumi config set avala:organization SLUG";
      throw new AvalaError(error.code, error.message, { hint, cause: error });
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
    needs: {
      create: () => ["storage.read", "storage.write"],
      update: () => ["storage.write"],
      delete: ["storage.write"],
    },
  });
}
