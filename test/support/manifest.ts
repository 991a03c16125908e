// A manifest's file as the record that it was written from. Each digest is computed again from the files that are listed.
import { createManifest, type ManifestEntry } from "../../src/files/manifest/manifest";
import type { ManifestRecord } from "../../src/files/manifest/manifest-file";

interface ManifestJson {
  readonly createdAt: string;
  readonly complete: boolean;
  readonly destination: {
    readonly baseUrl: string;
    readonly organization: string | null;
    readonly datasets: readonly { readonly name: string }[];
  };
  readonly files: readonly (ManifestEntry & { readonly dataset?: string })[];
}

export function readManifest(text: string): ManifestRecord {
  const { createdAt, complete, destination, files } = JSON.parse(text) as ManifestJson;
  const { baseUrl, organization, datasets } = destination;
  return {
    createdMs: Date.parse(createdAt),
    destination: { baseUrl, organizationUid: organization ?? undefined },
    datasets: datasets.map(({ name }) => ({
      name,
      manifest: createManifest(
        files
          .filter(({ dataset = name }) => dataset === name)
          .map(({ path, sizeBytes, sha256 }) => ({ path, sizeBytes, sha256 })),
      ),
    })),
    isComplete: complete,
  };
}
