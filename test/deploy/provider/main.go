// A provider for Terraform that has the schema of a file and does nothing, so that
// terraform validate, and terraform test with mocks, know what the real one would take.
// The environment variable ADPIPE_SCHEMA names the file, which test/deploy/schema writes.
package main

import (
	"context"
	"encoding/json"
	"log"
	"os"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tfprotov5/tf5server"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

type attribute struct {
	Type                         json.RawMessage
	Required, Optional, Computed bool
}

type nested struct {
	Nesting        string
	Required, Many bool
	Block          block
}

type block struct {
	Attributes map[string]attribute
	Blocks     map[string]nested
}

type file struct {
	Provider       block
	Resource, Data map[string]block
}

func (b block) schema() *tfprotov5.SchemaBlock {
	result := &tfprotov5.SchemaBlock{}
	for name, a := range b.Attributes {
		result.Attributes = append(result.Attributes, &tfprotov5.SchemaAttribute{
			Name: name, Type: typeOf(a.Type), Required: a.Required, Optional: a.Optional, Computed: a.Computed})
	}
	for name, n := range b.Blocks {
		one := &tfprotov5.SchemaNestedBlock{
			TypeName: name, Block: n.Block.schema(), Nesting: tfprotov5.SchemaNestedBlockNestingModeList}
		if n.Nesting == "set" {
			one.Nesting = tfprotov5.SchemaNestedBlockNestingModeSet
		}
		if n.Required {
			one.MinItems = 1
		}
		if !n.Many {
			one.MaxItems = 1
		}
		result.BlockTypes = append(result.BlockTypes, one)
	}
	return result
}

func typeOf(text json.RawMessage) tftypes.Type {
	kind, err := tftypes.ParseJSONType(text)
	if err != nil {
		log.Fatalf("%s is no type: %v", text, err)
	}
	return kind
}

func schemas(blocks map[string]block) map[string]*tfprotov5.Schema {
	result := map[string]*tfprotov5.Schema{}
	for name, b := range blocks {
		result[name] = &tfprotov5.Schema{Block: b.schema()}
	}
	return result
}

// What is not defined below is never asked of a provider that is only validated or mocked.
type provider struct {
	tfprotov5.ProviderServer
	file file
}

func (p provider) GetProviderSchema(context.Context, *tfprotov5.GetProviderSchemaRequest) (*tfprotov5.GetProviderSchemaResponse, error) {
	return &tfprotov5.GetProviderSchemaResponse{
		Provider:          &tfprotov5.Schema{Block: p.file.Provider.schema()},
		ResourceSchemas:   schemas(p.file.Resource),
		DataSourceSchemas: schemas(p.file.Data),
	}, nil
}

func (provider) PrepareProviderConfig(_ context.Context, r *tfprotov5.PrepareProviderConfigRequest) (*tfprotov5.PrepareProviderConfigResponse, error) {
	return &tfprotov5.PrepareProviderConfigResponse{PreparedConfig: r.Config}, nil
}

func (provider) ValidateResourceTypeConfig(context.Context, *tfprotov5.ValidateResourceTypeConfigRequest) (*tfprotov5.ValidateResourceTypeConfigResponse, error) {
	return &tfprotov5.ValidateResourceTypeConfigResponse{}, nil
}

func (provider) ValidateDataSourceConfig(context.Context, *tfprotov5.ValidateDataSourceConfigRequest) (*tfprotov5.ValidateDataSourceConfigResponse, error) {
	return &tfprotov5.ValidateDataSourceConfigResponse{}, nil
}

func (provider) StopProvider(context.Context, *tfprotov5.StopProviderRequest) (*tfprotov5.StopProviderResponse, error) {
	return &tfprotov5.StopProviderResponse{}, nil
}

func main() {
	text, err := os.ReadFile(os.Getenv("ADPIPE_SCHEMA"))
	if err != nil {
		log.Fatal(err)
	}
	p := provider{}
	if err := json.Unmarshal(text, &p.file); err != nil {
		log.Fatal(err)
	}
	err = tf5server.Serve("registry.terraform.io/hashicorp/aws", func() tfprotov5.ProviderServer { return p })
	if err != nil {
		log.Fatal(err)
	}
}
