// Package flux keeps the types of HelmRelease among what its module needs. It holds nothing else.
package flux

import _ "github.com/fluxcd/helm-controller/api/v2"
