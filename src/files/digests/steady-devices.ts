// Which file systems show every change of a file in its inode and times. Knows nothing of what is recorded.
import { statfsSync } from "node:fs";

/**
 * Of statfs(2), Linux: the local ones. A network share has a clock of its own, FUSE and 9p whatever their server has, overlay
 * other inodes after the first write; FAT has neither inodes nor a ctime; what is mapped into memory and written changes no
 * time on tmpfs.
 */
const steadyTypes: ReadonlySet<number> = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // XFS
  0x9123683e, // Btrfs
  0xf2f52010, // F2FS
  0x2fc12fc1, // ZFS
  0xca451a4e, // bcachefs
]);

/** Whether the file system that `path` lies in is one of those; `false` where that can't be known. */
export function isOnSteadyDevice(path: string): boolean {
  try {
    const type = statfsSync(path).type >>> 0;
    if (process.platform === "linux") return steadyTypes.has(type);
    // The numbers of macOS are those of one boot. The system's own volume is APFS, and an image of that type can't be told from it.
    return process.platform === "darwin" && type === statfsSync("/").type >>> 0;
  } catch {
    return false;
  }
}

const loopMajor = 7;

/** Whether its number is of a place to which any image can be attached: another one may have files of the same inodes and times. */
function isLoopDevice(device: number): boolean {
  // Of makedev(3): 8 bits of the minor number, then 12 of the major one.
  return process.platform === "linux" && Math.floor(device / 256) % 4096 === loopMajor;
}

/** As {@link isOnSteadyDevice}, asked once for each device. */
export function createSteadyDevices(
  isSteady: (path: string) => boolean = isOnSteadyDevice,
): (device: number, path: string) => boolean {
  const known = new Map<number, boolean>();
  // As nearly always: of the same device as the file before.
  let last: { readonly device: number; readonly answer: boolean } | undefined;
  return (device, path) => {
    if (last?.device === device) return last.answer;
    const answer = known.get(device) ?? (!isLoopDevice(device) && isSteady(path));
    known.set(device, answer);
    last = { device, answer };
    return answer;
  };
}
