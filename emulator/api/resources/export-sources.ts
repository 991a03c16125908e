// What an export is asked for, in each of the three documented forms, and the tasks behind it.
import { EXPORT_FORMATS } from "../../export-file";
import type { ExportDataset } from "../../export-file";
import type { Dataset, Export, Project } from "../../state/records";
import { visibleItems } from "../datasets/dataset-view";
import { Fields } from "../fields";
import { isOwn, maySee } from "../owners";
import type { ApiRequest, World } from "../request";

type Sources = Pick<
  Export,
  "name" | "format" | "datasets" | "projects" | "slices" | "filterQueryString"
>;

interface ExportSources extends Sources {
  /** A lone `project` or `dataset`, as the SDK sends it. */
  readonly isSdkForm: boolean;
}

/**
 * The reference's form is known by any of its lists, and then needs all it documents. The guide sends only `project_id`,
 * the SDKs only `project` or `dataset`; beside the reference's lists these are fields that it ignores.
 */
export function exportSources(request: ApiRequest, world: World): ExportSources {
  const fields = new Fields(request.body);
  const isListForm = ["datasets", "projects", "slices"].some((name) => fields.has(name));
  if (isListForm && world.config.dialect.exportFields === "refused") {
    for (const name of ["project", "project_id", "dataset"])
      if (fields.has(name)) fields.fail(name, "Unknown field.");
  }
  const projectField = fields.has("project_id") ? "project_id" : "project";
  const sources = isListForm ? readLists(fields) : readSingle(fields, projectField);
  const { user } = request.caller;
  const { datasets, projects, slices } = world.state;
  checkKnown(fields, isListForm ? "datasets" : "dataset", sources.datasets, (uid) => {
    const dataset = datasets.get(uid);
    return dataset !== undefined && maySee(user, dataset);
  });
  const isOwnProject = (uid: string): boolean => projects.get(uid)?.ownerUid === user.uid;
  checkKnown(fields, isListForm ? "projects" : projectField, sources.projects, isOwnProject);
  checkKnown(fields, "slices", sources.slices, (uid) => {
    const slice = slices.get(uid);
    return slice !== undefined && isOwn(user, slice.owner);
  });
  fields.check();
  return { ...sources, isSdkForm: !isListForm && !fields.has("project_id") };
}

function readLists(fields: Fields): Sources {
  const name = fields.text("name", { required: true, maxLength: 255 }) ?? "";
  const format = fields.choice("format", EXPORT_FORMATS, true) ?? "";
  const filterQueryString = fields.text("filter_query_string", { mayBeBlank: true }) ?? "";
  const list = (field: string): readonly string[] => fields.texts(field, true) ?? [];
  const lists = { datasets: list("datasets"), projects: list("projects"), slices: list("slices") };
  const total = lists.datasets.length + lists.projects.length + lists.slices.length;
  if (total === 0) fields.fail("non_field_errors", "Name at least one dataset, project or slice.");
  return { name, format, filterQueryString, ...lists };
}

function readSingle(fields: Fields, projectField: string): Sources {
  const project = fields.text(projectField);
  const dataset = fields.text("dataset");
  if (project === undefined && dataset === undefined) {
    for (const name of ["datasets", "projects", "slices"])
      fields.fail(name, "This field is required.");
  }
  return {
    name: fields.text("name", { maxLength: 255 }) ?? "Export",
    format: fields.choice("format", EXPORT_FORMATS) ?? "avala-json-external",
    filterQueryString: fields.text("filter_query_string", { mayBeBlank: true }) ?? "",
    datasets: dataset === undefined ? [] : [dataset],
    projects: project === undefined ? [] : [project],
    slices: [],
  };
}

function checkKnown(
  fields: Fields,
  field: string,
  uids: readonly string[],
  isKnown: (uid: string) => boolean,
): void {
  for (const uid of uids) {
    if (!isKnown(uid)) fields.fail(field, `Object with uid=${uid} does not exist.`);
  }
}

interface Tasks {
  readonly datasets: readonly ExportDataset[];
  readonly total: number;
  readonly exportable: number;
}

/** Each item of each source is a task, unless the project says how many it has. */
export function tasksOf(sources: ExportSources, request: ApiRequest, world: World): Tasks {
  const uids = new Set(sources.datasets);
  let total = 0;
  let withheld = 0;
  for (const uid of sources.slices)
    for (const of of world.state.slices.get(uid)?.datasets ?? []) uids.add(of);
  for (const uid of sources.projects) {
    const project = world.state.projects.get(uid);
    if (project === undefined) continue;
    const own = projectDatasets(project, request, world);
    if (project.tasks === null) for (const of of own) uids.add(of);
    else total += project.tasks;
    if (project.exportable !== null) withheld += (project.tasks ?? 0) - project.exportable;
  }
  const datasets: ExportDataset[] = [];
  for (const uid of uids) {
    const dataset = world.state.datasets.get(uid);
    if (dataset === undefined) continue;
    const items = visibleItems(world.state, dataset, request.now);
    datasets.push({ dataset, items });
    total += items.length;
  }
  return { datasets, total, exportable: Math.max(0, total - withheld) };
}

function projectDatasets(project: Project, request: ApiRequest, world: World): readonly string[] {
  if (project.datasets !== null) return project.datasets;
  const isOf = (dataset: Dataset): boolean => isOwn(request.caller.user, dataset.owner);
  return [...world.state.datasets.values()].filter(isOf).map(({ uid }) => uid);
}
