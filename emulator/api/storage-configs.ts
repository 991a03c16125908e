// `/storage-configs/` (contract, "Storage configs"). Credentials are read, checked and forgotten.
import { uidFor } from "../state/state";
import { Fields } from "./fields";
import { addPlain, plainAt, showPlain } from "./resources";
import { created, ok } from "./replies";
import type { ApiReply, ApiRequest, World } from "./request";

const NEEDED: Readonly<Record<string, readonly string[]>> = {
  aws_s3: ["s3_bucket_name", "s3_bucket_region"],
  gc_storage: ["gc_storage_bucket_name"],
};

const SHOWN = [
  "s3_bucket_name",
  "s3_bucket_region",
  "s3_bucket_prefix",
  "s3_auth_method",
  "s3_role_arn",
  "gc_storage_bucket_name",
  "gc_storage_prefix",
];

export function createStorageConfig(request: ApiRequest, world: World): ApiReply {
  const fields = new Fields(request.body);
  const name = fields.text("name", { required: true, maxLength: 255 });
  const provider = fields.choice("provider", Object.keys(NEEDED), true) ?? "";
  const needed = NEEDED[provider] ?? [];
  const shown = SHOWN.map(
    (field) =>
      [
        field,
        fields.text(field, { required: needed.includes(field), mayBeBlank: true }) ?? null,
      ] as const,
  );
  const isAccelerated = fields.flag("s3_is_accelerated") ?? false;
  fields.check();
  const kept = {
    name,
    provider,
    ...Object.fromEntries(shown),
    s3_is_accelerated: isAccelerated,
    is_verified: false,
    last_verified_at: null,
  };
  return created(showPlain(addPlain(world.state.storageConfigs, kept, request, world)));
}

export function getStorageConfig(request: ApiRequest, world: World): ApiReply {
  return ok(showPlain(plainAt(world.state.storageConfigs, request)));
}

/** The bucket is not there to be asked: the emulator says that it answered. */
export function testStorageConfig(request: ApiRequest, world: World): ApiReply {
  const row = plainAt(world.state.storageConfigs, request);
  const fields = {
    ...row.fields,
    is_verified: true,
    last_verified_at: new Date(request.now).toISOString(),
  };
  world.state.storageConfigs.set(row.uid, { ...row, fields, updatedAt: request.now });
  return ok({ verified: true });
}

export function getSetupInfo(request: ApiRequest): ApiReply {
  return ok({
    avala_aws_account_id: "000000000000",
    external_id: uidFor(`external ${request.caller.user.uid}`),
  });
}
