// In what a plan differs from one that is made now of the same files. Pure.
import { canonicalJson } from "../../src/canonical-json";
import { formatCount, shown } from "../../src/text";
import type { Plan } from "./plan-shape";

type Compared = Pick<Plan, "datasets" | "files"> & Partial<Pick<Plan, "cost">>;

const maxNamed = 5;

/** A text that names what differs, none where nothing does: `calls of images/a.jpg`. */
export function otherThanNow(planned: Compared, now: Compared): readonly string[] {
  const named: string[] = [];
  let count = 0;
  const compare = (one: object, other: object, name: string): void => {
    for (const field of otherFields(one, other)) {
      count += 1;
      if (named.length < maxNamed) named.push(`${field} of ${name}`);
    }
  };
  for (const [index, dataset] of now.datasets.entries())
    compare(planned.datasets[index] ?? {}, dataset, shown(dataset.name));
  const files = planned.files[Symbol.iterator]();
  for (const file of now.files) {
    const next = files.next();
    compare(next.done === true ? {} : next.value, file, shown(file.path));
  }
  if (planned.cost !== undefined && now.cost !== undefined)
    compare(planned.cost, now.cost, "all that is sent");
  if (count === 0) return [];
  const rest = count > maxNamed ? ` and ${formatCount(count - maxNamed)} more` : "";
  // The files, the settings and what the server has were compared before.
  const why = "for example because it was edited or made by another version of the Action";
  return [`a plan made now would differ in ${named.join(", ")}${rest}, ${why}`];
}

/** What the plan has besides means nothing. */
function otherFields(planned: object, now: object): readonly string[] {
  return Object.entries(now)
    .filter(([name, value]) => !isSame(Reflect.get(planned, name), value))
    .map(([name]) => name);
}

function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  const areObjects = typeof one === "object" && typeof other === "object";
  return areObjects && canonicalJson(one) === canonicalJson(other);
}
