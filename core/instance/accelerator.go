package instance

import (
	"encoding/hex"
	"fmt"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/lazyregexp"
)

// gpuArguments is an elastic_gpu_specifications block as the user wrote it, in
// the words of Terraform's aws_launch_template; id is what EC2 would choose.
type gpuArguments struct {
	Type   string    `hcl:"type"`
	TypeAt hcl.Range `hcl:"type,attr_value_range"`
	ID     *string   `hcl:"id,optional"`
	IDAt   hcl.Range `hcl:"id,attr_value_range"`
}

// inferenceArguments is an elastic_inference_accelerator block as the user
// wrote it.
type inferenceArguments struct {
	Type    string    `hcl:"type"`
	TypeAt  hcl.Range `hcl:"type,attr_value_range"`
	ID      *string   `hcl:"id,optional"`
	IDAt    hcl.Range `hcl:"id,attr_value_range"`
	Count   *int      `hcl:"count,optional"`
	CountAt hcl.Range `hcl:"count,attr_value_range"`
}

// inferenceShape is the id of an Elastic Inference accelerator.
var inferenceShape = lazyregexp.New(`^eia-[0-9a-f]{32}$`)

// maxInference is how many accelerators an instance could have.
const maxInference = 5

// accelerate settles the accelerators.
func (b *builder) accelerate(a *arguments) {
	gpus := accelerators{b: b}
	for _, g := range a.GPUs {
		kind, ok := gpus.kind(g.Type, g.TypeAt, oneOf("eg1.medium", "eg1.large", "eg1.xlarge", "eg1.2xlarge"))
		id, given := option(b, "id", g.ID, g.IDAt, idWith("egpu-"))
		if !given {
			id = b.seed.id(fmt.Sprint("elastic_gpu_specifications ", len(gpus.list)), "egpu-")
		}
		gpus.add(ok, id, kind, g.IDAt)
	}
	b.facts.ElasticGPUs = gpus.list

	inference := accelerators{b: b}
	for _, e := range a.Inference {
		kind, ok := inference.kind(e.Type, e.TypeAt,
			oneOf("eia1.medium", "eia1.large", "eia1.xlarge", "eia2.medium", "eia2.large", "eia2.xlarge"))
		id, given := option(b, "id", e.ID, e.IDAt, checkInference)
		count, counted := option(b, "count", e.Count, e.CountAt, checkCount)
		if !counted {
			count = 1
		}
		if given && count > 1 {
			b.refuse("count", e.CountAt, "One id for several accelerators", fmt.Sprintf(
				"Each of the %d accelerators has an id of its own. Leave id out, or write a block for each.", count))
			count = 1
		}
		for range count {
			if !given {
				sum := b.seed.sum(fmt.Sprint("elastic_inference_accelerator ", len(inference.list)))
				id = "eia-" + hex.EncodeToString(sum[:16])
			}
			inference.add(ok, id, kind, e.IDAt)
		}
	}
	b.facts.ElasticInferenceAccelerators = inference.list
}

// accelerators are those of one service.
type accelerators struct {
	b    *builder
	list []sdk.Accelerator
}

// kind checks a type, which its block requires.
func (a *accelerators) kind(given string, at hcl.Range, check func(string) string) (string, bool) {
	if at == (hcl.Range{}) {
		return "", false // it is missing, which HCL has told
	}
	return option(a.b, "type", &given, at, check)
}

// add adds an accelerator unless its type is wrong or its id is there.
func (a *accelerators) add(ok bool, id, kind string, at hcl.Range) {
	for _, other := range a.list {
		if other.ID == id {
			a.b.refuse("id", at, "One accelerator twice", fmt.Sprintf(
				"%q is the id of an accelerator already. Change one of them, or leave it out to have it derived.", id))
			return
		}
	}
	if ok {
		a.list = append(a.list, sdk.Accelerator{ID: id, Type: kind})
	}
}

func checkInference(given string) string {
	if inferenceShape.MatchString(given) {
		return ""
	}
	return fmt.Sprintf("%q is no such id: it is eia- and 32 hexadecimal digits in lower case. Leave it out to have one derived.", given)
}

func checkCount(given int) string {
	if given >= 1 && given <= maxInference {
		return ""
	}
	return fmt.Sprintf("%d is not a number of accelerators: it is from 1 to %d. Leave it out for 1.", given, maxInference)
}
