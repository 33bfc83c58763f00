// Command argocd prints the Applications that Argo CD would create from the ApplicationSets of a rendered tree.
//
// In: a Git work tree whose index holds the tree, and the tree's folder in it. Out, as JSON on stdout: one object with the Applications,
// sorted by name, and what their projects refuse. Generator, renderer, file patterns and project rules are Argo CD's own; only the
// repository is a folder here. It knows nothing of plans.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	log "github.com/sirupsen/logrus"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/yaml"

	"github.com/argoproj/argo-cd/v3/applicationset/controllers/template"
	"github.com/argoproj/argo-cd/v3/applicationset/generators"
	"github.com/argoproj/argo-cd/v3/applicationset/utils"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/git"
)

// argocdNamespace is where Argo CD lives and looks for projects.
const argocdNamespace = "argocd"

// answer is what is printed.
type answer struct {
	Applications []v1alpha1.Application `json:"applications"`
	// Refusals says, per Application, what its project does not permit: a source, a destination or an object of its folder.
	Refusals []string `json:"refusals"`
	// Checked is how many sources, destinations and objects were held against projects.
	Checked int `json:"checked"`
}

func main() {
	repository := flag.String("repository", "", "Git work tree whose index holds the tree")
	path := flag.String("path", "", "the tree's folder in it")
	flag.Parse()
	log.SetLevel(log.ErrorLevel)
	log.SetOutput(os.Stderr)
	found, err := expand(*repository, *path)
	if err != nil {
		fmt.Fprintln(os.Stderr, "argocd:", err)
		os.Exit(1)
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(found); err != nil {
		fmt.Fprintln(os.Stderr, "argocd:", err)
		os.Exit(1)
	}
}

func expand(repository, path string) (*answer, error) {
	client, err := git.NewClientExt("file://"+repository, repository, git.NopCreds{}, false, false, "", "")
	if err != nil {
		return nil, err
	}
	sets, projects, err := read(filepath.Join(repository, path, "argocd"))
	if err != nil {
		return nil, err
	}
	if len(sets) == 0 {
		return nil, errors.New("the tree holds no ApplicationSet")
	}
	cluster, err := withProjects(projects)
	if err != nil {
		return nil, err
	}
	kinds := map[string]generators.Generator{"Git": generators.NewGitGenerator(folder{client}, argocdNamespace)}
	found := &answer{Refusals: []string{}}
	var faults []error
	for _, set := range sets {
		made, _, err := template.GenerateApplications(log.NewEntry(log.StandardLogger()), set, kinds, &utils.Render{}, cluster)
		if err != nil {
			faults = append(faults, fmt.Errorf("ApplicationSet %s: %w", set.Name, err))
		}
		found.Applications = append(found.Applications, made...)
	}
	sort.Slice(found.Applications, func(a, b int) bool { return found.Applications[a].Name < found.Applications[b].Name })
	for index, application := range found.Applications {
		if index > 0 && found.Applications[index-1].Name == application.Name {
			faults = append(faults, fmt.Errorf("two Applications are called %s", application.Name))
		}
		if err := judge(found, repository, application, projects[application.Spec.Project]); err != nil {
			faults = append(faults, fmt.Errorf("Application %s: %w", application.Name, err))
		}
	}
	return found, errors.Join(faults...)
}

// read finds the ApplicationSets and, by name, the AppProjects of a folder.
func read(root string) ([]v1alpha1.ApplicationSet, map[string]*v1alpha1.AppProject, error) {
	var sets []v1alpha1.ApplicationSet
	projects := map[string]*v1alpha1.AppProject{}
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".yaml" {
			return err
		}
		documents, err := documents(path)
		if err != nil {
			return err
		}
		for _, document := range documents {
			object := unstructured.Unstructured{}
			if err := yaml.Unmarshal(document, &object.Object); err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			switch object.GetKind() {
			case "ApplicationSet":
				set := v1alpha1.ApplicationSet{}
				if err := yaml.UnmarshalStrict(document, &set); err != nil {
					return fmt.Errorf("%s: %w", path, err)
				}
				sets = append(sets, set)
			case "AppProject":
				project := &v1alpha1.AppProject{}
				if err := yaml.UnmarshalStrict(document, project); err != nil {
					return fmt.Errorf("%s: %w", path, err)
				}
				projects[project.Name] = project
			}
		}
		return nil
	})
	return sets, projects, err
}

// documents cuts a file where a line is `---`. The tree's writer indents or quotes every other line that could be one.
func documents(path string) ([][]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var found [][]byte
	for _, document := range strings.Split("\n"+string(text), "\n---\n") {
		object := map[string]any{}
		if err := yaml.Unmarshal([]byte(document), &object); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if len(object) > 0 {
			found = append(found, []byte(document))
		}
	}
	return found, nil
}

// withProjects is the API server that the generator asks for the project of an ApplicationSet.
func withProjects(projects map[string]*v1alpha1.AppProject) (client.Client, error) {
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		return nil, err
	}
	objects := make([]client.Object, 0, len(projects))
	for _, project := range projects {
		objects = append(objects, project)
	}
	return fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...).Build(), nil
}

// judge holds an Application and the objects of its folder against its project.
func judge(found *answer, repository string, application v1alpha1.Application, project *v1alpha1.AppProject) error {
	if project == nil {
		return fmt.Errorf("its project %q is not in the tree", application.Spec.Project)
	}
	refuse := func(what string) {
		found.Refusals = append(found.Refusals, fmt.Sprintf("project %s refuses %s of Application %s", project.Name, what, application.Name))
	}
	to := application.Spec.Destination
	cluster := &v1alpha1.Cluster{Name: to.Name, Server: to.Server}
	found.Checked++
	if permitted, err := project.IsDestinationPermitted(cluster, to.Namespace, nil); err != nil {
		return err
	} else if !permitted {
		refuse(fmt.Sprintf("destination %s%s/%s", to.Name, to.Server, to.Namespace))
	}
	objects := 0
	for _, source := range application.Spec.GetSources() {
		found.Checked++
		if !project.IsSourcePermitted(source) {
			refuse("source " + source.RepoURL)
		}
		if source.Path == "" {
			continue
		}
		files, err := filepath.Glob(filepath.Join(repository, source.Path, "*.yaml"))
		if err != nil {
			return err
		}
		for _, file := range files {
			documents, err := documents(file)
			if err != nil {
				return err
			}
			for _, document := range documents {
				object := unstructured.Unstructured{}
				if err := yaml.Unmarshal(document, &object.Object); err != nil {
					return fmt.Errorf("%s: %w", file, err)
				}
				kind := object.GroupVersionKind().GroupKind()
				objects++
				found.Checked++
				permitted, err := project.IsResourcePermitted(kind, object.GetName(), object.GetNamespace(), cluster, nil)
				if err != nil {
					return err
				} else if !permitted {
					refuse(fmt.Sprintf("%s %s/%s", kind, object.GetNamespace(), object.GetName()))
				}
			}
		}
	}
	if objects == 0 {
		return errors.New("no source of it holds an object")
	}
	return nil
}

// folder answers for the repository server: same listing, same reading.
type folder struct{ client git.Client }

func (f folder) GetFiles(_ context.Context, _, _, _, pattern string, _ bool, _ *v1alpha1.SourceIntegrity) (map[string][]byte, error) {
	// false: patterns as Git reads them, which is Argo CD's default.
	files, err := f.client.LsFiles(pattern, false)
	if err != nil {
		return nil, err
	}
	found := map[string][]byte{}
	for _, file := range files {
		if found[file], err = os.ReadFile(filepath.Join(f.client.Root(), file)); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func (folder) GetDirectories(context.Context, string, string, string, bool, *v1alpha1.SourceIntegrity) ([]string, error) {
	return nil, errors.New("the tree uses no directory generator")
}
