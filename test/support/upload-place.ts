// An emulator and a folder of files to send there, for the tests of one file: made before each test, gone after it.
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Emulator, EmulatorOptions } from "../../emulator";
import type { UploadFile } from "../../src/upload/request";
import { startQuietly } from "./quiet-emulator";

export const MIB = 1024 * 1024;

/** For {@link UploadPlace.start}: every file goes by form. */
export const BY_FORM = { dialect: { uploadReply: "form" } } as const;

export interface UploadPlace {
  /** Of this test. */
  readonly folder: string;
  /** The one that was started in this test. */
  readonly emulator: Emulator;
  /** Without limits; one that chooses parts of 5 MiB for files from 1 MiB on, and a PUT for the others. */
  start(options?: EmulatorOptions): Promise<void>;
  /** Writes a file of the folder. Its digest is taken, unless it is given. */
  put(
    path: string,
    data: Buffer,
    sha256?: string,
  ): Promise<UploadFile & { readonly sha256: string }>;
}

export function sha256Of(data: Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}

export function useUploadPlace(): UploadPlace {
  let folder = "";
  let emulator: Emulator | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "upload-place-"));
  });
  afterEach(async () => {
    await emulator?.stop();
    emulator = undefined;
    await rm(folder, { recursive: true });
  });
  return {
    get folder() {
      return folder;
    },
    get emulator() {
      if (emulator === undefined) throw new Error("No emulator was started in this test.");
      return emulator;
    },
    start: async (options = {}) => {
      const dialect = { uploadReply: "managed" } as const;
      const parts = { dialect, multipartFromBytes: MIB, partSizeBytes: 5 * MIB };
      emulator = await startQuietly({ ...parts, ...options });
    },
    put: async (path, data, sha256 = sha256Of(data)) => {
      const absolutePath = join(folder, path);
      await writeFile(absolutePath, data);
      return { path, absolutePath, sizeBytes: data.length, sha256 };
    },
  };
}
