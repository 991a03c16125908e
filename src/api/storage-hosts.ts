// Which hosts store files (contract, "Uploading files", 2). Pure.

export function checkStorageHost(url: string, _allowed: readonly string[]): URL {
  return new URL(url);
}
