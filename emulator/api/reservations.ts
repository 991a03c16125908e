// Presigns that are still open count against the quota (contract, `quota`). In memory: a restart forgets them.

interface Open {
  readonly size: number;
  readonly expiresAt: number;
}

export class Reservations {
  private readonly owners = new Map<string, Map<string, Open>>();
  private readonly totals = new Map<string, number>();

  /** Presigning a key again replaces what it had reserved. */
  open(root: string, key: string, size: number, expiresAt: number): void {
    this.close(root, key);
    let open = this.owners.get(root);
    if (open === undefined) this.owners.set(root, (open = new Map<string, Open>()));
    open.set(key, { size, expiresAt });
    this.add(root, size);
  }

  close(root: string, key: string): void {
    const open = this.owners.get(root)?.get(key);
    if (open === undefined) return;
    this.owners.get(root)?.delete(key);
    this.add(root, -open.size);
  }

  /** All are kept equally long, so the oldest, which the map has first, are the first to expire. */
  bytes(root: string, now: number): number {
    for (const [key, open] of this.owners.get(root) ?? []) {
      if (open.expiresAt > now) break;
      this.close(root, key);
    }
    return this.totals.get(root) ?? 0;
  }

  private add(root: string, bytes: number): void {
    this.totals.set(root, (this.totals.get(root) ?? 0) + bytes);
  }
}
