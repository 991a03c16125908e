// A disk whose files are read no further once a signal has aborted: a file of 100 GB that is only read, and not sent, would
// hold what waits for it for minutes. Knows nothing of what is read.
import { cancelled } from "../clock";
import type { Disk } from "./disk";

/** `disk`, on which what reads a file that is sent rejects with code `cancelled` from then on. */
export function readUntil(disk: Disk, signal: AbortSignal | undefined): Disk {
  if (signal === undefined) return disk;
  return {
    ...disk,
    readWhole: async (path, sizeBytes) => {
      if (signal.aborted) throw cancelled("Reading a file");
      return disk.readWhole(path, sizeBytes);
    },
    openToRead: async (path) => {
      const handle = await disk.openToRead(path);
      return {
        stamp: () => handle.stamp(),
        read: async (buffer, position, enough) => {
          if (signal.aborted) throw cancelled("Reading a file");
          return handle.read(buffer, position, enough);
        },
        close: () => handle.close(),
      };
    },
  };
}
