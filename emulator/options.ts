// Every knob of the emulator with its default. Knows nothing of flags or ports in use.
import { randomBytes } from "node:crypto";
import type { Clock } from "./clock";
import { systemClock } from "./clock";
import type { Dialect } from "./dialect/dialect";
import { DEFAULT_DIALECT } from "./dialect/dialect";

/** An S3 store that takes the place of the emulator's own. URLs are path-style. */
export interface ExternalStorage {
  readonly url: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

/** What `startEmulator` takes; everything has a default. A limit of 0 means no limit. */
export interface EmulatorOptions {
  /** @default 0, which picks a free port */
  readonly port?: number;
  /** Port of the object storage; it is never the API's, so that host rules in clients are real. @default 0 */
  readonly storagePort?: number;
  /** @default "127.0.0.1" */
  readonly host?: string;
  /** Names besides loopback's and `host` under which requests may come; any other `Host` is refused. @default [] */
  readonly allowHosts?: readonly string[];
  /** The key of the user `emulator`, with every scope. @default a random one */
  readonly apiKey?: string;
  /** @default 100 */
  readonly requestsPerMinute?: number;
  /** @default 20 */
  readonly burstPerSecond?: number;
  /** How long a dataset stays `creating`. @default 500 */
  readonly ingestMs?: number;
  /** How long an export takes. @default 1000 */
  readonly exportMs?: number;
  /** How it answers where the evidence about the live API leaves it open; what is not given is as by default. */
  readonly dialect?: Partial<Dialect>;
  /** When given, every export fails with this reason, which responses contain only with the switch `exportReason: "error"`. */
  readonly failExports?: string;
  /** Bytes that one owner may store. @default 1 TiB */
  readonly quotaBytes?: number;
  /** Life of a presigned upload. @default 3600 */
  readonly presignSeconds?: number;
  /** Life of a download URL. @default 3600 */
  readonly downloadSeconds?: number;
  /** Size of one part in the second upload protocol. @default 16 MiB */
  readonly partSizeBytes?: number;
  /** From this size on the second protocol answers MULTIPART rather than PUT. @default 64 MiB */
  readonly multipartFromBytes?: number;
  /** `md5` as S3 does for a plain object, or `opaque`, as S3 does under KMS. @default "md5" */
  readonly etag?: "md5" | "opaque";
  /** Keep everything in this folder across restarts; without it all is in memory. */
  readonly dataDir?: string;
  /** Sign for this store instead of the emulator's own. */
  readonly storage?: ExternalStorage;
  /** Projects that exist from the start. */
  readonly projects?: readonly string[];
  readonly clock?: Clock;
}

type Optional = "dataDir" | "storage" | "failExports";

/** The options with every default filled in. */
export type Config = Required<Omit<EmulatorOptions, Optional | "dialect">> &
  Pick<EmulatorOptions, Optional> & { readonly dialect: Dialect };

const MIB = 1024 * 1024;

const DEFAULTS: Omit<Config, "apiKey" | "dialect"> = {
  port: 0,
  storagePort: 0,
  host: "127.0.0.1",
  allowHosts: [],
  // The contract's "Rate limits".
  requestsPerMinute: 100,
  burstPerSecond: 20,
  ingestMs: 500,
  exportMs: 1000,
  quotaBytes: 1024 * 1024 * MIB,
  presignSeconds: 3600,
  downloadSeconds: 3600,
  partSizeBytes: 16 * MIB,
  multipartFromBytes: 64 * MIB,
  etag: "md5",
  projects: [],
  clock: systemClock,
};

export function resolveOptions(options: EmulatorOptions): Config {
  const { dialect, ...others } = options;
  const given = Object.fromEntries(
    Object.entries(others).filter(([, value]) => value !== undefined),
  );
  return {
    ...DEFAULTS,
    apiKey: randomKey(),
    ...given,
    dialect: { ...DEFAULT_DIALECT, ...dialect },
  };
}

/** Has the shape of a live key (`avk_…`) and opens this one emulator: a key that all share would be no key. */
function randomKey(): string {
  return `avk_emulator_${randomBytes(16).toString("hex")}`;
}
