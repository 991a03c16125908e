// What the server says of the key, and will say again for as long as a session lasts. Types only.
import type { AvalaError } from "../errors";

/** Only the uid is promised: of its names a server may return any, all or none. */
export interface User {
  readonly uid: string;
  readonly username?: string | undefined;
  readonly handle?: string | undefined;
  readonly email?: string | undefined;
}

/** Its paths and queries take the slug, bodies of datasets the uid. */
export interface Organization {
  readonly uid: string;
  readonly name: string;
  readonly slug?: string | undefined;
  readonly handle?: string | undefined;
}

export interface Permissions {
  /** What the key's user is, in the server's word: `customer`. */
  readonly type?: string | undefined;
  readonly isStaffPrivileged: boolean;
  /** As the server lists them. An empty list says nothing: all rights, or none that has a name. */
  readonly scopes: readonly string[];
  /** Features of the web application, and not what the API allows. */
  readonly capabilities: readonly string[];
}

/** A key that is refused once is refused for as long as a session lasts. */
export interface RefusedKey {
  readonly refusal: AvalaError;
}

/** What a store has shown of its `ETag`s, and what was seen while it had shown nothing. */
export interface StoreManner {
  /** MD5s of the objects, something else of that form, or nothing that can be compared; `undefined`: not known. */
  etags: "md5" | "other" | "none" | undefined;
  /** Replies with one, of whatever kind. */
  tags: number;
  /** Replies without one. */
  silences: number;
  /** Replies whose ETag was another MD5 than that of the bytes. */
  doubts: number;
  /** Pieces above 1 MiB since it was taken for one that reports no MD5s. */
  larger: number;
  /** Ends when the one piece that was sent once more to learn has shown what it shows, or has stalled. */
  probe: Promise<void> | undefined;
  /**
   * The same of an earlier session, or of this one where too little is known to count. `once`: a piece that was sent once more
   * differed both times. `other`: in two sessions, or other pieces differed besides. `named`: ETags that are nothing that can be
   * compared.
   */
  seen?: "md5" | "once" | "other" | "named" | undefined;
}

/** What may end a question before it is answered. */
export interface Bounds {
  readonly signal?: AbortSignal | undefined;
  readonly deadlineMs?: number | undefined;
  readonly maxTries?: number | undefined;
}

/** A question under way, or its answer. */
export interface Asked<T> {
  readonly answer: Promise<T>;
  /** Of who asked. */
  readonly bounds: Bounds;
  isAnswered: boolean;
}

/** The place of an answer. */
export interface Answer<T> {
  asked?: Asked<T>;
}

/** What the server said and will say again for as long as the session lasts. */
export interface Remembered {
  user?: Answer<User>;
  /** By uid. */
  organizations?: Answer<ReadonlyMap<string, Organization>>;
  /** The owner whose paths have shown a dataset, by its uid and the server's word for its owner. */
  ownersInPaths?: Map<string, string>;
  permissions?: Answer<Permissions | RefusedKey | undefined>;
  /** The server refuses a larger page than its own. */
  refusesLargePages?: boolean;
  /** Bytes, by organization; `undefined` where the server does not tell. */
  quotaLimits?: Map<string | undefined, Answer<number | undefined>>;
  /** By host. */
  stores?: Map<string, StoreManner>;
}
