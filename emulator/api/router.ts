// From a path to a route, part by part and without expressions, as this runs for every request.
// By hand: find-my-way would bring three more packages into every installation of ours, for one walk over the parts of a path.
import type { Dialect } from "../dialect/dialect";
import type { Handler } from "./request";

/** What a scoped key must have one of, as each form of the dialect has it; none asks for nothing. */
export type ScopeRule = Readonly<Record<Dialect["scopes"], readonly string[]>>;

export interface Route {
  readonly method: string;
  /** `/datasets/{owner}/{slug}/`; a name in braces stands for any one part. */
  readonly path: string;
  readonly scope: ScopeRule;
  readonly handler: Handler;
}

export interface Match {
  readonly path: string;
  readonly params: readonly string[];
  readonly methods: ReadonlyMap<string, Route>;
}

interface Node {
  readonly literals: Map<string, Node>;
  variable: Node | undefined;
  path: string;
  readonly methods: Map<string, Route>;
}

export class Router {
  private readonly root = newNode();

  constructor(routes: readonly Route[]) {
    for (const route of routes) this.add(route);
  }

  /** A literal part goes before a variable one: `/datasets/manual-upload/` is never a uid. */
  find(path: string): Match | undefined {
    const params: string[] = [];
    let node = this.root;
    // The slash at the end makes an empty last part, which is never a variable.
    for (const part of path.slice(1).split("/")) {
      const literal = node.literals.get(part);
      const next = literal ?? (part === "" ? undefined : node.variable);
      if (next === undefined) return undefined;
      if (literal === undefined) params.push(decodePart(part));
      node = next;
    }
    return node.methods.size === 0 ? undefined : { path: node.path, params, methods: node.methods };
  }

  private add(route: Route): void {
    let node = this.root;
    for (const part of route.path.slice(1).split("/")) {
      if (part.startsWith("{")) node = node.variable ??= newNode();
      else node = child(node, part);
    }
    node.path = route.path;
    node.methods.set(route.method, route);
  }
}

function newNode(): Node {
  return { literals: new Map(), variable: undefined, path: "", methods: new Map() };
}

function child(node: Node, part: string): Node {
  let next = node.literals.get(part);
  if (next === undefined) node.literals.set(part, (next = newNode()));
  return next;
}

/** What is not a valid escape stays as it is, and then names nothing. */
function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
