package open

import (
	"bytes"

	"github.com/danielgtaylor/huma/v2"

	"kaidian/internal/api/route"
)

// resource is what the face shows in an envelope of its name.
type resource interface {
	names() (singular, plural string)
}

func (shopView) names() (string, string)     { return "shop", "shops" }
func (metaView) names() (string, string)     { return "meta", "metas" }
func (customerView) names() (string, string) { return "customer", "customers" }
func (addressView) names() (string, string)  { return "address", "addresses" }
func (levelView) names() (string, string)    { return "customer_level", "customer_levels" }
func (accountView) names() (string, string)  { return "account", "accounts" }
func (countryView) names() (string, string)  { return "country", "countries" }
func (provinceView) names() (string, string) { return "province", "provinces" }
func (cityView) names() (string, string)     { return "city", "cities" }
func (districtView) names() (string, string) { return "district", "districts" }
func (webhookView) names() (string, string)  { return "webhook", "webhooks" }

// one is the answer that shows a resource: {"shop": {…}}.
type one[V resource] struct{ Body oneBody[V] }

type oneBody[V resource] struct{ shown shown[V] }

// WriteJSON writes the envelope.
func (b oneBody[V]) WriteJSON(to *bytes.Buffer) error {
	name, _ := b.shown.value.names()
	return envelop(to, name, func() error { return b.shown.write(to) })
}

// Schema tells the document what it is.
func (b oneBody[V]) Schema(r huma.Registry) *huma.Schema {
	name, _ := b.shown.value.names()
	return enveloped(name, route.SchemaOf[V](r))
}

// many is the answer that shows a list: {"shops": […]}.
type many[V resource] struct{ Body manyBody[V] }

type manyBody[V resource] struct{ shown []shown[V] }

// WriteJSON writes the envelope. An empty list is [].
func (b manyBody[V]) WriteJSON(to *bytes.Buffer) error {
	var v V
	_, name := v.names()
	return envelop(to, name, func() error {
		to.WriteByte('[')
		for i, s := range b.shown {
			if i > 0 {
				to.WriteByte(',')
			}
			if err := s.write(to); err != nil {
				return err
			}
		}
		to.WriteByte(']')
		return nil
	})
}

// envelop writes {"name": and what inner writes. The names of resources need no escapes.
func envelop(to *bytes.Buffer, name string, inner func() error) error {
	to.WriteString(`{"` + name + `":`)
	err := inner()
	to.WriteByte('}')
	return err
}

// Schema tells the document what it is.
func (b manyBody[V]) Schema(r huma.Registry) *huma.Schema {
	var v V
	_, name := v.names()
	return enveloped(name, &huma.Schema{Type: huma.TypeArray, Items: route.SchemaOf[V](r)})
}

func enveloped(name string, inner *huma.Schema) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{name: inner}, Required: []string{name}}
	s.PrecomputeMessages()
	return s
}

// showOne shows a resource, or those of its members that fields names.
func showOne[D any, V resource](view func(D) V, fields []string) func(D, error) (*one[V], error) {
	return func(d D, err error) (*one[V], error) {
		if err != nil {
			return nil, err
		}
		return &one[V]{oneBody[V]{shown[V]{view(d), fields}}}, nil
	}
}

// showMany shows a list, or those of its resources' members that fields names.
func showMany[D any, V resource](view func(D) V, fields []string) func([]D, error) (*many[V], error) {
	return func(all []D, err error) (*many[V], error) {
		if err != nil {
			return nil, err
		}
		out := make([]shown[V], len(all))
		for i, d := range all {
			out[i] = shown[V]{view(d), fields}
		}
		return &many[V]{manyBody[V]{out}}, nil
	}
}

// counted is the answer to a count.
type counted struct{ Body count }

type count struct {
	Count int64 `json:"count"`
}

func countOf(n int64, err error) (*counted, error) {
	var c counted
	c.Body.Count = n
	return &c, err
}

// nothing is the answer to a deletion: {}.
type nothing struct{ Body empty }

type empty struct{}

// ByID is the path of one resource.
type ByID struct {
	ID int64 `path:"id"`
}
