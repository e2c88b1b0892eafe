// Health prints what Argo CD and Flux make of objects: each with its own library, as the tools have it.
//
// On stdin: {"objects": [...], "overrides": {"<group>/<kind>": {"health.lua": "...", "actions": "..."}}, "actions": [{"object": 0, "name":
// "cancel", "parameters": {"name": "value"}}]}. On stdout: {"objects": [{"kstatus": {...}, "argo": {...}, "override": {...}, "actions":
// {...}}], "actions": [{"resources": [...]} or {"error": "..."}]}. `argo` is Argo CD without the overrides, `override` with them.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/health"
	"github.com/argoproj/argo-cd/v3/pkg/apiclient/application"
	argo "github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/lua"
	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

type asked struct {
	Objects   []unstructured.Unstructured `json:"objects"`
	Overrides map[string]struct {
		Health  string `json:"health.lua"`
		Actions string `json:"actions"`
	} `json:"overrides"`
	Actions []action `json:"actions"`
}

type action struct {
	Object     int               `json:"object"`
	Name       string            `json:"name"`
	Parameters map[string]string `json:"parameters"`
}

type verdict struct {
	Kstatus  any             `json:"kstatus"`
	Argo     any             `json:"argo"`
	Override any             `json:"override"`
	Actions  map[string]bool `json:"actions"`
}

type outcome struct {
	Resources []resource `json:"resources,omitempty"`
	Error     string     `json:"error,omitempty"`
}

type resource struct {
	Operation string         `json:"operation"`
	Object    map[string]any `json:"object"`
}

func main() {
	var given asked
	if err := json.NewDecoder(os.Stdin).Decode(&given); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	overrides := map[string]argo.ResourceOverride{}
	for key, one := range given.Overrides {
		overrides[key] = argo.ResourceOverride{HealthLua: one.Health, Actions: one.Actions}
	}
	verdicts, outcomes := []verdict{}, []outcome{}
	for i := range given.Objects {
		verdicts = append(verdicts, judge(&given.Objects[i], overrides))
	}
	for _, one := range given.Actions {
		outcomes = append(outcomes, run(&given.Objects[one.Object], one, lua.VM{ResourceOverrides: overrides}))
	}
	if err := json.NewEncoder(os.Stdout).Encode(map[string]any{"objects": verdicts, "actions": outcomes}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func judge(object *unstructured.Unstructured, overrides map[string]argo.ResourceOverride) verdict {
	var found verdict
	if result, err := status.Compute(object); err != nil {
		found.Kstatus = err.Error()
	} else {
		found.Kstatus = map[string]string{"status": string(result.Status), "message": result.Message}
	}
	found.Argo = healthOf(object, nil)
	found.Override = healthOf(object, overrides)
	found.Actions = discovered(object, lua.VM{ResourceOverrides: overrides})
	return found
}

func healthOf(object *unstructured.Unstructured, overrides map[string]argo.ResourceOverride) any {
	found, err := health.GetResourceHealth(object, lua.ResourceHealthOverrides(overrides))
	if err != nil {
		return err.Error()
	}
	if found == nil {
		return nil
	}
	return map[string]string{"status": string(found.Status), "message": found.Message}
}

// discovered has the actions that are offered, and whether each is disabled.
func discovered(object *unstructured.Unstructured, vm lua.VM) map[string]bool {
	offered := map[string]bool{}
	scripts, err := vm.GetResourceActionDiscovery(object)
	if err != nil || len(scripts) == 0 {
		return offered
	}
	actions, err := vm.ExecuteResourceActionDiscovery(object, scripts)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for _, one := range actions {
		offered[one.Name] = one.Disabled
	}
	return offered
}

func run(object *unstructured.Unstructured, asked action, vm lua.VM) outcome {
	definition, err := vm.GetResourceAction(object, asked.Name)
	if err != nil {
		return outcome{Error: err.Error()}
	}
	var parameters []*application.ResourceActionParameters
	for name, value := range asked.Parameters {
		parameters = append(parameters, &application.ResourceActionParameters{Name: &name, Value: &value})
	}
	impacted, err := vm.ExecuteResourceAction(object, definition.ActionLua, parameters)
	if err != nil {
		return outcome{Error: err.Error()}
	}
	var made outcome
	for _, one := range impacted {
		made.Resources = append(made.Resources, resource{Operation: string(one.K8SOperation), Object: one.UnstructuredObj.Object})
	}
	return made
}
