// A manifest as one short text, for a place that should stay small.
import type { Manifest } from "./manifest";

export function packManifest(manifest: Manifest): string {
  return JSON.stringify(manifest);
}

export function unpackManifest(packed: string): Manifest {
  return JSON.parse(packed) as Manifest;
}
