// What a handler is given and what it gives back. Handlers are functions of these alone.
import type { Faults } from "../http/faults";
import type { Ledger } from "../http/ledger";
import type { Config } from "../options";
import type { User } from "../state/records";
import type { State } from "../state/state";
import type { Presigner } from "../storage/s3/presign";
import type { ItemUrlsAt } from "../storage/item-urls";
import type { ObjectStore } from "../storage/store";
import type { Reservations } from "./reservations";

/** What every path of the API begins with. */
export const PREFIX = "/api/v1";

export type JsonObject = Readonly<Record<string, unknown>>;

export interface Caller {
  readonly user: User;
  readonly scopes: ReadonlySet<string> | undefined;
}

export interface ApiRequest {
  readonly method: string;
  /** Scheme, host and port as the client sees them. */
  readonly origin: string;
  /** What links to other pages begin with: the origin, or nothing. */
  readonly linkOrigin: string;
  /** With `/api/v1`, still percent-encoded. */
  readonly path: string;
  /** The variable parts of the route, decoded. */
  readonly params: readonly string[];
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly caller: Caller;
  readonly now: number;
  /** Fault injection asks for a presign that has already expired. */
  readonly expired: boolean;
}

/** Everything that outlives a request. */
export interface World {
  readonly config: Config;
  readonly state: State;
  readonly store: ObjectStore;
  readonly presigner: Presigner;
  /** Where an item of an object is read. */
  readonly itemUrls: ItemUrlsAt;
  readonly reservations: Reservations;
  readonly faults: Faults;
  readonly ledger: Ledger;
  /** What the next tests of a storage config fail with, one each. */
  readonly storageTestErrors: Readonly<Record<string, readonly string[]>>[];
  /** Reasons for the exports to come, one each; `always` for all of them. */
  readonly exportFailures: { next: string[]; always: string | undefined };
}

export interface ApiReply {
  readonly status: number;
  /** Sent as JSON; a string is sent as HTML. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is, in place of a body. */
  readonly file?: { readonly content: Buffer; readonly contentType: string };
  /** The stored object this call was about, for the ledger. */
  readonly key?: string;
}

export type Handler = (request: ApiRequest, world: World) => ApiReply | Promise<ApiReply>;
