// Every request in the order it came, for tests and for users. Holds no bodies, no keys, no signatures.

export type Target = "api" | "storage";

export interface LedgerEntry {
  readonly id: number;
  readonly time: number;
  /** Milliseconds since 1970 when the reply was done; undefined while it is under way. */
  readonly endTime: number | undefined;
  readonly target: Target;
  readonly method: string;
  /** Without the query, which may hold a signature. */
  readonly path: string;
  /** The API's route, such as `/datasets/{owner}/{slug}/`, or the storage's operation. */
  readonly route: string;
  /** 0 when the connection ended without a reply. */
  readonly status: number;
  /** The object that was presigned, sent or fetched. */
  readonly key: string | undefined;
  /** Bytes of the request's body (of the file alone, for a form). */
  readonly bytesIn: number;
  readonly requestId: string;
  /** The last four characters of the API key that came with it. */
  readonly apiKey: string | undefined;
  /** What fault injection did to it. */
  readonly fault: string | undefined;
  /** Why there was no reply, or a 500: the client went away, or a mistake of the emulator. */
  readonly error: string | undefined;
}

export type OpenEntry = { -readonly [Field in keyof LedgerEntry]: LedgerEntry[Field] };

/** A run of days must not fill the memory: beyond this the oldest half is forgotten. */
const MAX_ENTRIES = 200_000;

export class Ledger {
  private list: OpenEntry[] = [];
  private nextId = 0;

  open(entry: Pick<LedgerEntry, "time" | "target" | "method" | "path" | "requestId">): OpenEntry {
    if (this.list.length >= MAX_ENTRIES) this.list = this.list.slice(MAX_ENTRIES / 2);
    const opened: OpenEntry = {
      id: ++this.nextId,
      endTime: undefined,
      route: "",
      status: 0,
      key: undefined,
      bytesIn: 0,
      apiKey: undefined,
      fault: undefined,
      error: undefined,
      ...entry,
    };
    this.list.push(opened);
    return opened;
  }

  entries(): readonly LedgerEntry[] {
    return this.list;
  }

  clear(): void {
    this.list = [];
  }
}
