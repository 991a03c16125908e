// A disk that counts the bytes that are read of files as they are sent or hashed.
import { systemDisk, type Disk } from "../../src/flow/disk/disk";

/** The system's, which calls `onRead` for all that is read of an opened file. `onOpen` is called before each opening. */
export function countingDisk(
  onRead: (bytes: number) => void,
  onOpen: (opened: number) => Promise<void> = async () => {},
): Disk {
  let opened = 0;
  return {
    ...systemDisk,
    openToRead: async (path) => {
      opened += 1;
      await onOpen(opened);
      const handle = await systemDisk.openToRead(path);
      return {
        ...handle,
        read: async (...args) => {
          const bytes = await handle.read(...args);
          onRead(bytes);
          return bytes;
        },
      };
    },
  };
}
