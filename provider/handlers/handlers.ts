// All handlers of one process, over one session. No logic.
import { digestCacheFolder } from "../../src/config";
import { createDigestCache } from "../../src/files/digests/digest-cache";
import { printable } from "../../src/redact";
import { createLocalFiles } from "../process/local-files";
import { createSession, type SessionOptions } from "../process/session";
import { createDatasetHandler } from "./dataset/dataset";
import { createExportHandler } from "./export/export";
import { createFileSetHandler } from "./file-set/file-set";
import { createGrowingDatasetHandler } from "./growing-dataset/growing-dataset";
import { createQualityTargetHandler } from "./plain/quality-target";
import { createStorageConfigHandler } from "./plain/storage-config";
import { createWebhookHandler } from "./plain/webhook";

export type Handlers = ReturnType<typeof createHandlers>;

export function createHandlers(options: SessionOptions) {
  const { log, environment, signal } = options;
  const session = createSession(options);
  const cache = createDigestCache({
    folder: digestCacheFolder(environment),
    onWarning: (text) => void log({ severity: "warning", text: printable(text) }),
  });
  const files = createLocalFiles(cache, signal);
  return {
    fileSet: createFileSetHandler(session, files),
    dataset: createDatasetHandler(session, files),
    growingDataset: createGrowingDatasetHandler(session, createLocalFiles(cache, signal)),
    export: createExportHandler(session),
    storageConfig: createStorageConfigHandler(session),
    webhook: createWebhookHandler(session),
    qualityTarget: createQualityTargetHandler(session),
    close: (): void => {
      session.close();
    },
  };
}
