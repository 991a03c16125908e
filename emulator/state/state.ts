// All tables in one place, in memory or from a data folder. Knows neither HTTP nor storage.
import { createHash } from "node:crypto";
import type { Journal } from "./journal";
import { noJournal, openJournal, readJournal } from "./journal";
import type {
  ConsensusConfig,
  Dataset,
  Delivery,
  Export,
  Item,
  ManagedUpload,
  ObjectRecord,
  OpenMultipart,
  Organization,
  PlainResource,
  Project,
  QualityTarget,
  Slice,
  Task,
  User,
} from "./records";
import { Table } from "./table";

/** Who a key speaks for. `scopes` undefined means all of them. */
interface ApiKey {
  readonly key: string;
  readonly userUid: string;
  readonly scopes: ReadonlySet<string> | undefined;
}

export class State {
  readonly users: Table<User>;
  readonly organizations: Table<Organization>;
  readonly datasets: Table<Dataset>;
  readonly items: Table<readonly Item[]>;
  readonly projects: Table<Project>;
  readonly slices: Table<Slice>;
  readonly exports: Table<Export>;
  readonly uploads: Table<ManagedUpload>;
  /**
   * The batches that each object key was presigned in, the last one last; empty text: by the first protocol. A data folder of
   * an earlier version has the last one alone.
   */
  readonly batches: Table<string | readonly string[]>;
  readonly storageConfigs: Table<PlainResource>;
  readonly webhooks: Table<PlainResource>;
  readonly deliveries: Table<Delivery>;
  readonly tasks: Table<Task>;
  readonly qualityTargets: Table<QualityTarget>;
  /** By the uid of the project. */
  readonly consensusConfigs: Table<ConsensusConfig>;
  readonly objects: Table<ObjectRecord>;
  readonly multiparts: Table<OpenMultipart>;
  readonly secrets: Table<string>;
  /** Keys are new at each start, so a data folder holds none. */
  readonly keys = new Map<string, ApiKey>();
  /** Names that are taken, though no listing shows by whom. */
  readonly takenNames = new Set<string>();
  private seq = 0;

  constructor(public journal: Journal = noJournal) {
    const table = <T>(name: string): Table<T> => new Table<T>(name, journal);
    this.users = table("users");
    this.organizations = table("organizations");
    this.datasets = table("datasets");
    this.items = table("items");
    this.projects = table("projects");
    this.slices = table("slices");
    this.exports = table("exports");
    this.uploads = table("uploads");
    this.batches = table("batches");
    this.storageConfigs = table("storageConfigs");
    this.webhooks = table("webhooks");
    this.deliveries = table("deliveries");
    this.tasks = table("tasks");
    this.qualityTargets = table("qualityTargets");
    this.consensusConfigs = table("consensusConfigs");
    this.objects = table("objects");
    this.multiparts = table("multiparts");
    this.secrets = table("secrets");
  }

  /** A number greater than any given before: the order of creation, also across restarts. */
  nextSeq(): number {
    return ++this.seq;
  }

  tables(): readonly Table<unknown>[] {
    return Object.values(this).filter((value): value is Table<unknown> => value instanceof Table);
  }

  /** Reads a data folder, compacts its log, and writes every later change to it. */
  static async load(dir: string): Promise<State> {
    const state = new State();
    const tables = new Map(state.tables().map((table) => [table.name, table]));
    for (const change of await readJournal(dir)) {
      tables.get(change.t)?.replay(change);
      const seq = (change.v as { seq?: unknown } | null)?.seq;
      if (typeof seq === "number") state.seq = Math.max(state.seq, seq);
    }
    const all = function* () {
      for (const table of tables.values()) yield* table.changes();
    };
    state.journal = await openJournal(dir, all());
    for (const table of tables.values()) table.writeTo(state.journal);
    return state;
  }
}

/** A UUID that is the same for the same name at every start, so that a data folder's owners stay theirs. */
export function uidFor(name: string): string {
  const hex = createHash("sha256").update(name).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
