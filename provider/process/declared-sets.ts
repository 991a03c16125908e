// Which resources of a run declare which name at Avala. Two of one name and other content would each take the other's for an
// earlier run's. The engine has each declared resource checked, and none that only leaves the stack.
import { InputError } from "../../src/errors";
import type { Call } from "./calls";

interface Declared {
  /** What kind of name: those of one kind exclude each other. */
  readonly kind: "dataset" | "file set" | "growing set";
  readonly name: string;
  readonly owner: string | undefined;
  /** Where the content is the same, two resources mean the same. */
  readonly content: string;
  /** The input that another name is given by. */
  readonly input: string;
}

export interface DeclaredSets {
  /** @throws InputError when another resource of the stack has declared the name for other content */
  readonly declare: (call: Call, declared: Declared) => void;
}

/** The resources of one name, which all have the same content: one of other content is refused. */
interface Holders {
  readonly content: string;
  readonly urns: Set<string>;
}

/** A resource, as its program calls it, and the stack that it is of. */
function readUrn(urn: string): { readonly stack: string; readonly resource: string } {
  const [scheme = "", project = "", types = "", ...name] = urn.split("::");
  const type = types.split(/[$:/]/).at(-1) ?? "";
  return { stack: `${scheme}::${project}`, resource: `the ${type} ${name.join("::")}` };
}

export function createDeclaredSets(): DeclaredSets {
  /** By the name, with whose and what kind it is. */
  const named = new Map<string, Holders>();
  const byUrn = new Map<string, Holders>();
  return {
    declare: ({ urn }, { kind, name, owner = "", content, input }) => {
      if (urn === undefined) return;
      const { stack, resource } = readUrn(urn);
      const key = JSON.stringify([stack, kind, owner, name]);
      // Of a replacement it is asked twice, and a resource may be declared anew with another name or content.
      byUrn.get(urn)?.urns.delete(urn);
      const last = named.get(key);
      const isSame = last?.content === content;
      const [rival] = last?.urns ?? [];
      if (rival !== undefined && !isSame) {
        const text = `${name} is what ${readUrn(rival).resource} of this stack is called as well, with other content than ${resource} has. One ${kind} would hold what belongs to the other: give one of them another ${input}`;
        throw new InputError([{ input, text }]);
      }
      const held = isSame ? last : { content, urns: new Set<string>() };
      held.urns.add(urn);
      named.set(key, held);
      byUrn.set(urn, held);
    },
  };
}
