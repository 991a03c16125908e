// The package's version, for the User-Agent. A constant and not read from package.json: the bundle and the package lie
// at different depths. A test holds the two equal.
export const VERSION = "1.0.0";
