// The demo's first half: a workflow's step uploads a folder, people annotate, a photograph comes, the step runs again.
// @ts-check
import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import {
  annotate,
  describeSent,
  environmentFor,
  hasSentNothing,
  watching,
} from "./local-avala.mjs";
import { addPhoto, copyPhotos, filesIn, isSameNames, photosIn } from "./photographs.mjs";
import { runAction } from "./runner.mjs";
import { claim, command, counted, heading } from "./screen.mjs";

const ANNOTATIONS = 5;

/** @typedef {import("./local-avala.mjs").LocalAvala} LocalAvala */
/** @typedef {{code: number, outputs: Record<string, string>, summaryFile: string}} Step */

/**
 * @param {LocalAvala} avala
 * @param {{clone: string, work: string, workspace: string}} folders
 * @returns {Promise<Step>} the last run of the step
 */
export async function showWorkflow(avala, { clone, work, workspace }) {
  const images = path.join(workspace, "images");
  copyPhotos(clone, images);
  const step = () => {
    // Each job begins in its own workspace.
    rmSync(path.join(workspace, "export"), { recursive: true, force: true });
    command("node dist/index.js   (as a runner does for `uses: avala/upload-action@v1`)");
    return watching(avala, () =>
      runAction({
        clone,
        workspace,
        folder: path.join(work, "runner"),
        env: { ...environmentFor(avala), AVALA_STATE_DIR: path.join(work, "journal") },
        inputs: {
          "api-key": avala.apiKey,
          "base-url": avala.baseUrl,
          "allow-storage-hosts": new URL(avala.storageUrl).host,
          files: "images/**/*.jpg",
          dataset: "workflow-{increment}",
          "export-datasets": "uploaded",
          "download-path": "export",
        },
      }),
    );
  };

  heading("A workflow's step: upload a folder of photographs, and wait for their export");
  const first = await step();
  const photos = photosIn(images);
  claim(first.result.code === 0, "the step succeeded");
  claim(
    isSameNames(first.sent.objects, photos) &&
      first.result.outputs["files-uploaded"] === String(photos.length),
    `it sent ${photos.length} photographs, and its outputs say the same`,
    describeSent(first.sent),
  );

  heading("People annotate");
  const dataset = first.result.outputs["dataset-uid"] ?? "";
  await annotate(avala, dataset, ANNOTATIONS);
  command(`POST /_emulator/annotations {"dataset": "${dataset}", "count": ${ANNOTATIONS}}`);

  heading("A photograph is added, and the step runs again");
  const name = addPhoto(clone, path.join(images, "things"));
  command(`cp examples/photo-to-add/${name} .demo/workspace/images/things/`);
  const second = await step();
  claim(
    second.result.code === 0 && isSameNames(second.sent.objects, [name]),
    `of ${photosIn(images).length} photographs the new one was sent`,
    describeSent(second.sent),
  );
  const drawn = annotationsIn(path.join(workspace, "export"));
  claim(
    drawn === ANNOTATIONS,
    `the export has all that was annotated before: ${counted(drawn, "annotation")}`,
  );

  heading("And again: nothing has changed");
  const third = await step();
  claim(
    third.result.code === 0 && hasSentNothing(third.sent),
    "nothing was sent, and no dataset was made",
    describeSent(third.sent),
  );
  return third.result;
}

/** How many annotations the unpacked export has. @param {string} folder */
function annotationsIn(folder) {
  if (!existsSync(folder)) return 0;
  const files = filesIn(folder).filter((name) => name.endsWith(".json"));
  const items = files.flatMap((name) => {
    const { items: found = [] } = JSON.parse(readFileSync(path.join(folder, name), "utf8"));
    return /** @type {{ annotations: unknown[] }[]} */ (found);
  });
  return items.reduce((sum, { annotations }) => sum + annotations.length, 0);
}
