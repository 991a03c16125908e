// StorageConfig: a connection to a bucket of the user's own. The API has no call that changes one, so any change is a new one.
import type { Avala } from "../../../src/api/connection";
import { problemsOfBucket } from "../../../src/api/endpoints/datasets/bucket-rules";
import type { OfOrganization } from "../../../src/api/endpoints/organization-advice";
import {
  deleteStorageConfig,
  getStorageConfig,
  type StorageConfig,
  type StorageConfigInput,
} from "../../../src/api/endpoints/storage-configs";
import { testStorageConfig } from "../../../src/api/endpoints/storage-test";
import { AvalaError } from "../../../src/errors";
import { createStorageConfigOnce } from "../../../src/operations/plain-resources";
import { comparable } from "../../fields/bucket";
import type { Given } from "../../fields/field";
import { STORAGE_CONFIG_FIELDS } from "../../fields/storage-config";
import { UnfinishedError, isInputError, providerOf, type Problems } from "../../process/failures";
import { changedIn, keptIn } from "../../process/fields";
import type { Handler } from "../../process/handler";
import { present } from "../../process/present";
import type { Session } from "../../process/session";
import { createPlainHandler, type States } from "./plain-handler";

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

function checkBucket(inputs: StorageConfigInputs, problems: Problems): void {
  for (const { input, text } of problemsOfBucket(inputs)) problems.add(input, text);
}

function compare({ olds, news }: States<StorageConfigInputs, StorageConfigOutputs>) {
  const states = { olds: comparable(olds), news: comparable(news) };
  const isToBeTried = news.test === true && olds.isVerified !== true;
  return {
    isChanged: isToBeTried,
    replaces: changedIn(STORAGE_CONFIG_FIELDS, "replace", states),
  };
}

/** A connection that does not work is made all the same: the next `up` tries it again. */
async function tryIt(
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

/** What the state does not say of its organization, only the configuration can. */
async function findable<T>(
  organization: string | undefined,
  call: (of: OfOrganization) => Promise<T>,
): Promise<T> {
  try {
    return await call({ organization });
  } catch (error) {
    if (!isInputError(error)) throw error;
    const hint = "Run: pulumi config set avala:organization SLUG";
    throw new AvalaError(error.code, error.message, { hint, cause: error });
  }
}

export function createStorageConfigHandler(
  session: Session,
): Handler<StorageConfigInputs, StorageConfigOutputs> {
  const organizationOf = (given: {
    readonly organization?: string | undefined;
  }): string | undefined => given.organization ?? session.organization();
  return createPlainHandler<StorageConfigInputs, StorageConfigOutputs>(session, {
    kind: "storageConfig",
    fields: STORAGE_CONFIG_FIELDS,
    complete: (given) => {
      const organization = organizationOf(given);
      return organization === undefined ? given : { ...given, organization };
    },
    check: checkBucket,
    compare,
    describeReplacement,
    create: async ({ avala }, inputs) => {
      const { test, ...input } = inputs;
      const made = await createStorageConfigOnce(avala, input);
      const outs = outputsOf(made, inputs);
      if (test !== true) return { id: made.uid, outs };
      return { id: made.uid, outs: await tryIt(avala, outs, inputs) };
    },
    update: async ({ avala }, _id, { olds, news }) =>
      news.test === true ? tryIt(avala, olds, news) : olds,
    read: async (avala, id, props) => {
      const read = (of: OfOrganization) => getStorageConfig(avala, id, of);
      return outputsOf(await findable(organizationOf(props), read), props);
    },
    remove: (avala, id, props) =>
      findable(organizationOf(props), (of) => deleteStorageConfig(avala, id, of)),
    needs: {
      create: () => ["storage.read", "storage.write"],
      update: () => ["storage.write"],
      delete: ["storage.write"],
    },
  });
}
