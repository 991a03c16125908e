// The first half of the simulation's worlds: see upload-worlds.ts.
import { describeWorlds } from "./upload-worlds";

describeWorlds("first");
