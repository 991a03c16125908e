// The simulated server's datasets: a name is confirmed once, items have the keys that the dialect gives them, and owners
// its names. Written from the contract. Knows nothing of how files came to lie under a name.
import type { HttpRequest } from "../../src/api/transport/transport";
import type { Clock } from "../../src/flow/clock";
import { NOT_FOUND, type Answer } from "./answers";
import type { ModelDialect } from "./dialect";
import type { Seeded } from "./seeded";
import { digestsOf } from "./digests";
import { ROOT, type StoredObject } from "./store-model";

export interface DatasetRow {
  readonly uid: string;
  readonly name: string;
  readonly slug: string;
  readonly readyAtMs: number;
  /** That the confirm named. */
  readonly batch?: string | undefined;
  /** What was indexed when it was made, listed or not: key → object. */
  readonly madeOf: ReadonlyMap<string, StoredObject>;
}

export interface ConfirmBody {
  readonly dataset_upload_uid?: string;
  readonly name: string;
  readonly slug: string;
}

export interface DatasetsModel {
  readonly datasets: DatasetRow[];
  readonly confirm: (body: ConfirmBody) => Answer;
  readonly read: (request: HttpRequest) => Answer;
  /** Another user has a public dataset of this name. */
  readonly addForeign: (name: string) => void;
}

export interface DatasetsOptions {
  readonly clock: Clock;
  readonly random: Seeded;
  readonly objects: ReadonlyMap<string, StoredObject>;
  readonly speaks: () => ModelDialect;
  readonly urlOf: (object: StoredObject) => string;
}

const HANDLE = "acme-labs";
const FOREIGN = "zeta";

const page = (results: readonly unknown[]): Answer => ({
  status: 200,
  json: { next: null, previous: null, results },
});

function nameTaken({ takenName }: ModelDialect): Answer {
  const text = "Dataset with the given name already exists.";
  if (takenName === "400 by field") return { status: 400, json: { name: [text] } };
  return { status: Number(takenName), json: { detail: text } };
}

const isListed = (key: string): boolean => key.endsWith(".jpg"); // what is no image is stored and never an item

export function createDatasetsModel(options: DatasetsOptions): DatasetsModel {
  const { clock, random, objects, speaks } = options;
  const datasets: DatasetRow[] = [];
  const foreign: DatasetRow[] = [];

  const ownerOf = (row: DatasetRow): string => {
    if (foreign.includes(row)) return FOREIGN;
    const { owner } = speaks();
    return owner === "handle" || owner === "another" ? HANDLE : ROOT;
  };
  const rowJson = (row: DatasetRow): unknown => ({
    uid: row.uid,
    name: row.name,
    slug: row.slug,
    data_type: "image",
    status: clock.now() >= row.readyAtMs ? "created" : "creating",
    item_count: itemsOf(row).length,
    owner_name: ownerOf(row),
  });
  const itemsOf = ({ madeOf }: DatasetRow): readonly string[] =>
    [...madeOf.keys()].filter(isListed).sort();
  const urlIn = ({ madeOf }: DatasetRow, key: string): string | undefined => {
    const object = madeOf.get(key);
    return object && options.urlOf(object);
  };
  const keyOf = (key: string, row: DatasetRow): string | null => {
    const { itemKey } = speaks();
    if (itemKey === "none") return null;
    const path = key.slice(`${ROOT}/${row.name}/`.length);
    return itemKey === "path" ? path : path.slice(path.lastIndexOf("/") + 1);
  };
  const me = (): unknown => {
    const { owner } = speaks();
    if (owner === "unnamed") return { uid: "u" };
    return { uid: "u", username: ROOT, ...(owner === "handle" ? { handle: HANDLE } : {}) };
  };
  const find = (path: string): DatasetRow | undefined => {
    const [, , one = "", two = ""] = path.split("/");
    const byUid = [...datasets, ...foreign].find(({ uid }) => uid === one);
    if (byUid !== undefined) return byUid;
    if (one === FOREIGN) return foreign.find(({ slug }) => slug === two);
    return one === ROOT || one === HANDLE ? datasets.find(({ slug }) => slug === two) : undefined;
  };
  const isIn = ({ key, batch: of }: StoredObject, name: string, batch?: string): boolean =>
    key.startsWith(`${ROOT}/${name}/`) && (speaks().batches === "together" || of === batch);

  return {
    datasets,
    addForeign: (name) => {
      const key = `${ROOT}/${name}/theirs.jpg`;
      const madeOf = new Map([[key, { key, by: "form" as const, sizeBytes: 1, sha256: "theirs" }]]);
      foreign.push({ uid: random.uuid(), name, slug: name, readyAtMs: 0, madeOf });
    },
    confirm: (body) => {
      const dialect = speaks();
      const named = body.dataset_upload_uid;
      const { reply, refusesIgnoredBatch } = dialect;
      const isRefused = reply === "refused" || (reply === "ignored" && refusesIgnoredBatch);
      if (named !== undefined && isRefused)
        return { status: 400, json: { dataset_upload_uid: ["Unknown field."] } };
      if (datasets.some(({ name }) => name === body.name)) return nameTaken(dialect);
      const readyAtMs = clock.now() + random.integer(20_000);
      const batch = reply === "ignored" ? undefined : named;
      const indexed = [...objects.values()].filter((object) => isIn(object, body.name, batch));
      const madeOf = new Map(indexed.map((object) => [object.key, object]));
      const { name, slug } = body;
      const row = { uid: random.uuid(), name, slug, readyAtMs, batch: named, madeOf };
      datasets.push(row);
      return { status: 201, json: rowJson(row) };
    },
    read: (request) => {
      const url = new URL(request.url);
      const path = url.pathname.replace("/api/v1", "");
      if (path === "/users/me/") return { status: 200, json: me() };
      if (path === "/datasets/") {
        const name = url.searchParams.get("name") ?? "";
        const rows = [...foreign, ...datasets].filter((row) => row.name.includes(name));
        return page(rows.map(rowJson));
      }
      const row = find(path);
      if (row === undefined) return NOT_FOUND;
      const items = itemsOf(row);
      if (path.endsWith("/items/")) {
        const uidOf = (key: string): string => digestsOf(Buffer.from(key)).md5;
        return page(
          items.map((key) => ({ uid: uidOf(key), key: keyOf(key, row), url: urlIn(row, key) })),
        );
      }
      if (!path.endsWith("/health/")) return { status: 200, json: rowJson(row) };
      if (!speaks().hasHealth) return NOT_FOUND;
      const count = items.length;
      const json = { dataset_status: "created", item_count: count, ingest_ok: true, issues: [] };
      return { status: 200, json };
    },
  };
}
