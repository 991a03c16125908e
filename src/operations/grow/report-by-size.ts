// A word on files that are sent again since storage shows another size of their items, and no MD5: annotations stay behind then,
// which a host that scales images down would bring about for nothing.
import type { Avala } from "../../api/connection";
import { printable } from "../../redact";
import { counted } from "../../text";
import type { GrowthPlan, Increment } from "./growth-plan";
import { pathOf } from "./item-homes";

export function reportBySize(
  avala: Pick<Avala, "emit">,
  increments: readonly Increment[],
  { toSend }: Pick<GrowthPlan, "toSend">,
): void {
  const bySize = new Set(
    increments.flatMap(({ entries }) =>
      entries.flatMap((one) => (one.isOtherBySize === true ? pathOf(one) : [])),
    ),
  );
  const changed = toSend.filter(({ path }) => bySize.has(path));
  const [first] = changed;
  if (first === undefined) return;
  const isOne = changed.length === 1;
  const text = `${counted(changed.length, "file")} ${isOne ? "counts" : "count"} as changed only because storage shows another size of ${isOne ? "its item" : "their items"}, without an MD5: ${isOne ? "" : "for example "}${printable(first.path)}. ${isOne ? "It is" : "They are"} sent, and ${isOne ? "the item is" : "the items are"} superseded, with ${isOne ? "its" : "their"} annotations. If ${isOne ? "it has" : "they have"} not changed, the host of the items' URLs shows smaller images than were sent.`;
  avala.emit({ kind: "warning", text });
}
