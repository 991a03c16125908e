import { LOADERS } from "../../provider/loader";
import * as program from "../../provider/index";
import * as runtime from "../../provider/runtime";

describe("the constant strings of the state", () => {
  test("never change: every stack that was ever made holds them", () => {
    expect(LOADERS).toEqual({
      fileSet: {
        type: "pulumi-nodejs:dynamic/avala:FileSet",
        source: 'exports.handler = () => require("@avala/pulumi/runtime").fileSet;',
      },
      dataset: {
        type: "pulumi-nodejs:dynamic/avala:Dataset",
        source: 'exports.handler = () => require("@avala/pulumi/runtime").dataset;',
      },
      growingDataset: {
        type: "pulumi-nodejs:dynamic/avala:GrowingDataset",
        source: 'exports.handler = () => require("@avala/pulumi/runtime").growingDataset;',
      },
      export: {
        type: "pulumi-nodejs:dynamic/avala:Export",
        source: 'exports.handler = () => require("@avala/pulumi/runtime").export;',
      },
      storageConfig: {
        type: "pulumi-nodejs:dynamic/avala:StorageConfig",
        source: 'exports.handler = () => require("@avala/pulumi/runtime").storageConfig;',
      },
      webhook: {
        type: "pulumi-nodejs:dynamic/avala:Webhook",
        source: 'exports.handler = () => require("@avala/pulumi/runtime").webhook;',
      },
      qualityTarget: {
        type: "pulumi-nodejs:dynamic/avala:QualityTarget",
        source: 'exports.handler = () => require("@avala/pulumi/runtime").qualityTarget;',
      },
    });
  });

  test("each name a handler with every method that the engine calls", () => {
    for (const kind of [
      "fileSet",
      "dataset",
      "growingDataset",
      "export",
      "storageConfig",
      "webhook",
      "qualityTarget",
    ] as const) {
      const handler = runtime[kind];
      for (const method of [
        "configure",
        "check",
        "diff",
        "create",
        "read",
        "update",
        "delete",
      ] as const) {
        expect(typeof handler[method]).toBe("function");
      }
    }
  });

  test("the public names are these", () => {
    expect(Object.keys(program).sort()).toEqual([
      "Dataset",
      "Export",
      "FileSet",
      "GrowingDataset",
      "QualityTarget",
      "StorageConfig",
      "VersionedDataset",
      "Webhook",
      "getDataset",
      "getDatasetOutput",
      "getExport",
      "getExportOutput",
      "getProject",
      "getProjectOutput",
      "getStorageSetup",
      "getStorageSetupOutput",
      "listDatasets",
      "listDatasetsOutput",
    ]);
  });
});
