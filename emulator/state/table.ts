// A map whose every change goes to the journal. Knows nothing of what it holds.
import type { Change, Journal } from "./journal";

/** Keeps the order of first insertion, as the journal replays it. Values must survive JSON. */
export class Table<T> {
  private readonly rows = new Map<string, T>();

  constructor(
    readonly name: string,
    private journal: Journal,
  ) {}

  get size(): number {
    return this.rows.size;
  }

  get(key: string): T | undefined {
    return this.rows.get(key);
  }

  has(key: string): boolean {
    return this.rows.has(key);
  }

  set(key: string, row: T): T {
    this.rows.set(key, row);
    this.journal.append({ t: this.name, k: key, v: row });
    return row;
  }

  delete(key: string): void {
    if (this.rows.delete(key)) this.journal.append({ t: this.name, k: key, v: null });
  }

  values(): IterableIterator<T> {
    return this.rows.values();
  }

  entries(): IterableIterator<[string, T]> {
    return this.rows.entries();
  }

  /** Takes over a change read from a journal, without writing it again. */
  replay(change: Change): void {
    if (change.v === null) this.rows.delete(change.k);
    else this.rows.set(change.k, change.v as T);
  }

  *changes(): Generator<Change> {
    for (const [k, v] of this.rows) yield { t: this.name, k, v };
  }

  writeTo(journal: Journal): void {
    this.journal = journal;
  }
}
