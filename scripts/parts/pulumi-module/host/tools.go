//go:build tools

// Requires the host's command, so that go.mod and go.sum name and pin all that it is built from.
package tools

import _ "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs"
