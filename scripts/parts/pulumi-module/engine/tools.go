//go:build tools

// Requires the engine's command, so that go.mod and go.sum name and pin all that it is built from.
package tools

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
