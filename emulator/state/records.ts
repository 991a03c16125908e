// What the emulator remembers, in its own words. The API's shapes are made from these in api/.

/** A user or an organization: whoever owns datasets and the storage root under which files land. */
export interface Owner {
  readonly kind: "user" | "organization";
  readonly uid: string;
  /** The `@owner` part of a dataset's path: a username, or an organization's slug. */
  readonly name: string;
}

export interface User {
  readonly uid: string;
  readonly username: string;
  /** Another name of theirs in paths, and not the same as the username. */
  readonly handle: string;
  readonly email: string;
  readonly organizations: readonly string[];
}

export interface Organization {
  readonly uid: string;
  readonly seq: number;
  readonly name: string;
  readonly slug: string;
  readonly createdAt: number;
}

export interface Dataset {
  readonly uid: string;
  readonly seq: number;
  readonly owner: Owner;
  readonly name: string;
  readonly slug: string;
  readonly dataType: string;
  readonly isSequence: boolean;
  readonly visibility: string;
  readonly metadata: unknown;
  readonly industry: number | null;
  readonly license: number | null;
  /** The prefix whose files were indexed; null for a dataset that no upload made. */
  readonly prefix: string | null;
  readonly annotationsCount: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** `creating` before this moment, `created` from then on. */
  readonly readyAt: number;
}

export interface Item {
  readonly uid: string;
  /** The path within the dataset. */
  readonly key: string;
  readonly size: number;
  readonly createdAt: number;
  readonly visibleAt: number;
}

export interface Project {
  readonly uid: string;
  readonly seq: number;
  readonly ownerUid: string;
  readonly name: string;
  /** Datasets whose items are its tasks; null stands for all that its owner has. */
  readonly datasets: readonly string[] | null;
  /** Tasks that an export can take, when not all of them. */
  readonly tasks: number | null;
  readonly exportable: number | null;
  /** What its quality targets are measured by; 0 for what is not there. */
  readonly metrics?: Readonly<Record<string, number | null>>;
  /** Undefined where consensus is not set up. */
  readonly consensus?: Consensus;
  readonly createdAt: number;
}

export interface Consensus {
  readonly meanScore: number;
  readonly medianScore: number;
  readonly minScore: number;
  readonly maxScore: number;
  readonly totalItems: number;
  readonly itemsWithConsensus: number;
}

export interface Task {
  readonly uid: string;
  readonly seq: number;
  readonly projectUid: string;
  readonly name: string;
  readonly type: string;
  readonly status: "pending" | "completed";
  readonly createdAt: number;
}

/** A bound on one of a project's metrics. */
export interface QualityTarget {
  readonly uid: string;
  readonly seq: number;
  readonly projectUid: string;
  readonly name: string;
  readonly metric: string;
  readonly threshold: number;
  readonly operator: string;
  readonly severity: string;
  readonly isActive: boolean;
  readonly notifyWebhook: boolean;
  readonly notifyEmails: readonly string[];
  readonly lastEvaluatedAt: number | null;
  readonly lastValue: number | null;
  readonly isBreached: boolean;
  readonly breachCount: number;
  readonly lastBreachedAt: number | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface ConsensusConfig {
  readonly uid: string;
  readonly iouThreshold: number;
  readonly minAgreementRatio: number;
  readonly minAnnotations: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** One message of a webhook; the emulator sends none, and keeps what would be sent. */
export interface Delivery {
  readonly uid: string;
  readonly seq: number;
  readonly userUid: string;
  readonly subscription: string;
  readonly eventType: string;
  readonly payload: unknown;
  readonly responseStatus: number | null;
  readonly attempts: number;
  readonly nextRetryAt: number | null;
  readonly status: "pending" | "delivered" | "failed";
  readonly createdAt: number;
}

export interface Slice {
  readonly uid: string;
  readonly seq: number;
  readonly owner: Owner;
  readonly name: string;
  readonly slug: string;
  readonly visibility: string;
  readonly datasets: readonly string[];
}

export interface Export {
  readonly uid: string;
  readonly seq: number;
  readonly userUid: string;
  readonly name: string;
  readonly format: string;
  readonly datasets: readonly string[];
  readonly projects: readonly string[];
  readonly slices: readonly string[];
  readonly filterQueryString: string;
  readonly createdAt: number;
  readonly doneAt: number;
  readonly doneStatus: string;
  readonly failure: string | null;
  readonly totalTasks: number;
  readonly exportedTasks: number;
  /** Where the file lies in the store. */
  readonly objectKey: string;
}

/** One file's session in the second upload protocol. */
export interface ManagedUpload {
  readonly uid: string;
  readonly batch: string;
  readonly userUid: string;
  readonly objectKey: string;
  readonly size: number;
  readonly contentType: string;
  readonly partSize: number;
  readonly partCount: number;
  /** The store's own name for a multipart upload; null when the file goes by one PUT. */
  readonly storeUploadId: string | null;
  readonly complete: boolean;
}

/** A plain REST resource, kept as it was sent, without its secrets. */
export interface PlainResource {
  readonly uid: string;
  readonly seq: number;
  readonly userUid: string;
  /** Of a storage config that is an organization's. */
  readonly organizationUid?: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A run of bytes as the blob store keeps it. */
export interface BlobRef {
  readonly id: string;
  readonly size: number;
}

export interface StoredObject {
  readonly key: string;
  readonly size: number;
  /** Without the quotes. */
  readonly etag: string;
  readonly contentType: string;
  readonly storedAt: number;
}

/** An object of the emulator's own store; one that came in parts stays in parts. */
export interface ObjectRecord extends StoredObject {
  readonly blobs: readonly BlobRef[];
}

interface StoredPart {
  readonly partNumber: number;
  readonly size: number;
  readonly etag: string;
  readonly blob: BlobRef;
}

/** A multipart upload that the store has begun and not completed. */
export interface OpenMultipart {
  readonly id: string;
  readonly key: string;
  readonly contentType: string;
  readonly parts: Readonly<Record<number, StoredPart>>;
}
