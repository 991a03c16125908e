// One process of a simulated world: its ports, each operation of which can be watched, broken or killed. After a kill
// nothing answers any more, and nothing it starts has an effect.
import type { Ports } from "../../src/api/connect";
import type { Transport } from "../../src/api/transport";

export interface Operation {
  readonly kind:
    "api" | "storage" | "append" | "sync" | "open journal" | "read journal" | "remove journal";
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

export function createProcess(ports: Ports, interpose: Interpose = straight): SimulatedProcess {
  let isAlive = true;
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
    },
    ports: {
      clock: { now: clock.now, sleep: (ms, signal) => alive(() => clock.sleep(ms, signal)) },
      random,
      api: transport("api", ports.api),
      storage: transport("storage", ports.storage),
      disk: {
        openToRead: (path) => alive(() => disk.openToRead(path)),
        readIfPresent: (path) =>
          step({ kind: "read journal", name: `read the ${whatIs(path)}` }, () =>
            disk.readIfPresent(path),
          ),
        remove: (path) =>
          step({ kind: "remove journal", name: `remove the ${whatIs(path)}` }, () =>
            disk.remove(path),
          ),
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
