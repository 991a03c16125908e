// One process of a simulated world: its ports, each operation of which can be watched, broken or killed. After a kill
// nothing answers any more, and nothing it starts has an effect.
import type { Ports } from "../../src/api/connection";
import type { Transport } from "../../src/api/transport/transport";
import type { DiskModel, HeldFile } from "./disk-model";

export interface Operation {
  readonly kind:
    | "api"
    | "storage"
    | "append"
    | "sync"
    | "open journal"
    | "read journal"
    | "remove journal"
    | "lock";
  /** What is done, for people: `POST /datasets/manual-upload/`. */
  readonly name: string;
}

/** Decides what becomes of one operation; `run` carries it out, and may be called not at all or twice. */
export type Interpose = <T>(operation: Operation, run: (data?: string) => Promise<T>) => Promise<T>;

export interface SimulatedProcess {
  readonly ports: Ports;
  kill(): void;
}

/** The journal of an upload, or the record of what datasets were made of. */
function whatIs(path: string): string {
  return path.includes("/journals/") ? "journal" : "record";
}

const straight: Interpose = (_operation, run) => run();

export type WorldPorts = Omit<Ports, "disk"> & { readonly disk: DiskModel };

/** Which processes run, as those of one machine see it. */
export interface Machine {
  readonly running: Set<string>;
  started: number;
  /** Whether its processes see each other; else each is in a container of its own. */
  readonly isShared: boolean;
}

export function createMachine(isShared = true): Machine {
  return { running: new Set(), started: 0, isShared };
}

export function createProcess(
  ports: WorldPorts,
  machine: Machine,
  interpose: Interpose = straight,
): SimulatedProcess {
  let isAlive = true;
  const mark = `${"0".repeat(16)}-${(machine.started += 1)}-1`;
  machine.running.add(mark);
  const holding = new Set<HeldFile>();
  const never = new Promise<never>(() => undefined);
  const alive = async <T>(work: () => Promise<T>): Promise<T> => {
    if (!isAlive) return never;
    try {
      const value = await work();
      return isAlive ? value : await never;
    } catch (error) {
      if (!isAlive) return never;
      throw error;
    }
  };
  const step = <T>(operation: Operation, run: (data?: string) => Promise<T>): Promise<T> =>
    alive(() => interpose(operation, run));
  const transport = (kind: "api" | "storage", of: Transport): Transport => ({
    send: (request) => {
      const name = `${request.method} ${new URL(request.url).pathname.replace("/api/v1", "")}`;
      return step({ kind, name }, () => of.send(request));
    },
    open: (request) => alive(() => of.open(request)),
    close: () => undefined,
  });
  const { clock, random, disk } = ports;
  return {
    kill: () => {
      isAlive = false;
      machine.running.delete(mark);
      for (const held of holding) held.abandon();
    },
    ports: {
      clock: { now: clock.now, sleep: (ms, signal) => alive(() => clock.sleep(ms, signal)) },
      random,
      api: transport("api", ports.api),
      storage: transport("storage", ports.storage),
      disk: {
        openToRead: (path) => alive(() => disk.openToRead(path)),
        readWhole: (path, sizeBytes) => alive(() => disk.readWhole(path, sizeBytes)),
        readIfPresent: (path) =>
          step({ kind: "read journal", name: `read the ${whatIs(path)}` }, () =>
            disk.readIfPresent(path),
          ),
        rewrite: (path, data) =>
          step({ kind: "append", name: `replace the ${whatIs(path)}` }, () =>
            disk.rewrite(path, data),
          ),
        remove: (path) =>
          step({ kind: "remove journal", name: `remove the ${whatIs(path)}` }, () =>
            disk.remove(path),
          ),
        list: (folder, prefix) =>
          step({ kind: "lock", name: "look for other processes' locks" }, () =>
            disk.list(folder, prefix),
          ),
        hold: async (path, onGone) => {
          const held = await step({ kind: "lock", name: "create a lock" }, async () => {
            const made = await disk.hold(path, onGone);
            holding.add(made);
            return made;
          });
          const release = (): Promise<void> => {
            holding.delete(held);
            return held.release();
          };
          return { release: () => step({ kind: "lock", name: "remove the lock" }, release) };
        },
        ownMark: () => mark,
        isRunning: (other) => (machine.isShared ? machine.running.has(other) : undefined),
        openToAppend: async (path) => {
          const file = await step({ kind: "open journal", name: `open the ${whatIs(path)}` }, () =>
            disk.openToAppend(path),
          );
          return {
            append: (data) =>
              step({ kind: "append", name: `append to the ${whatIs(path)}` }, (part) =>
                file.append(part ?? data),
              ),
            sync: () => step({ kind: "sync", name: `sync the ${whatIs(path)}` }, () => file.sync()),
            close: () => alive(() => file.close()),
          };
        },
      },
    },
  };
}
