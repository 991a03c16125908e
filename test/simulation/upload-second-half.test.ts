// The second half of the simulation's worlds: see upload-worlds.ts.
import type { withSmallParts } from "./small-parts";
import { describeWorlds } from "./upload-worlds";

jest.mock("../../src/api/limits", () =>
  jest
    .requireActual<{ withSmallParts: typeof withSmallParts }>("./small-parts")
    .withSmallParts(jest.requireActual("../../src/api/limits")),
);

describeWorlds("second");
