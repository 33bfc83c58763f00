// Command cilium reads the CiliumNetworkPolicies of rendered trees as Cilium's agent does.
//
// In: folders of trees. Out: a line for each policy that the agent would refuse, and one summary line per tree; exit 1 where there is any. The
// definition of the kind lets pass what the agent does not take, such as a rule with two kinds of peers. Before that, the agent's reader has to
// refuse such a rule. It knows nothing of what the policies are for.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"sigs.k8s.io/yaml"

	v2 "github.com/cilium/cilium/pkg/k8s/apis/cilium.io/v2"
)

const kind = "CiliumNetworkPolicy"

// two is a policy that the kind's definition allows and the agent does not.
const two = `
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: two, namespace: two}
spec: {endpointSelector: {}, egress: [{toEntities: [host], toCIDR: [192.0.2.0/24]}]}
`

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// read says whether a document is a policy, and why the agent would refuse it.
func read(document []byte) (bool, error) {
	var what struct {
		Kind string `json:"kind"`
	}
	if err := yaml.Unmarshal(document, &what); err != nil || what.Kind != kind {
		return false, err
	}
	var policy v2.CiliumNetworkPolicy
	if err := yaml.UnmarshalStrict(document, &policy); err != nil {
		return true, err
	}
	_, err := policy.Parse(quiet, "default")
	return true, err
}

// judge reads every policy of a tree: how many there are, and how many are refused.
func judge(tree string) (policies, refused int, err error) {
	err = filepath.WalkDir(tree, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".yaml" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, document := range bytes.Split(text, []byte("\n---\n")) {
			is, err := read(document)
			if is {
				policies++
			}
			if err != nil {
				refused++
				fmt.Printf("%s: %v\n", path, err)
			}
		}
		return nil
	})
	return policies, refused, err
}

func run(trees []string) error {
	if is, err := read([]byte(two)); !is || err == nil {
		return errors.New("Cilium took a rule with two kinds of peers: nothing that it reads would say anything")
	}
	all, failed := 0, 0
	for _, tree := range trees {
		policies, refused, err := judge(tree)
		if err != nil {
			return err
		}
		fmt.Printf("%s: %d policies read by Cilium, %d refused\n", tree, policies, refused)
		all, failed = all+policies, failed+refused
	}
	switch {
	case all == 0:
		return fmt.Errorf("no %s in any tree", kind)
	case failed > 0:
		return fmt.Errorf("%d refused", failed)
	}
	return nil
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
