package transfer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"
)

// maxSeedDepth bounds how deep a seed file may be nested: far more than a tree of categories needs.
const maxSeedDepth = 200

// seedNode is a JSON value that knows where in the file it is.
type seedNode struct {
	up    *seedNode
	key   string // as a member of up
	index int    // as an element of up, when key is empty
	value any    // nil, bool, json.Number, string, []*seedNode or map[string]*seedNode
}

// path names the value as people do: "products[3].variants[0].title".
func (n *seedNode) path() string {
	switch {
	case n.up == nil:
		return n.key
	case n.key == "":
		return n.up.path() + "[" + strconv.Itoa(n.index) + "]"
	case n.up.key == "" && n.up.up == nil:
		return n.key
	}
	return n.up.path() + "." + n.key
}

// plain gives the value without its place.
func (n *seedNode) plain() any {
	switch v := n.value.(type) {
	case []*seedNode:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = e.plain()
		}
		return out
	case map[string]*seedNode:
		out := make(map[string]any, len(v))
		for key, e := range v {
			out[key] = e.plain()
		}
		return out
	}
	return n.value
}

// seedParser reads JSON one value at a time, so that of a large list no more than one element is ever held as a tree.
type seedParser struct {
	data []byte
	dec  *json.Decoder
}

func newSeedParser(data []byte) (*seedParser, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	p := &seedParser{data: data, dec: json.NewDecoder(bytes.NewReader(data))}
	p.dec.UseNumber()
	if !utf8.Valid(data) {
		return nil, errors.New("the file is not text in UTF-8")
	}
	return p, nil
}

// fail says in which line something is wrong.
func (p *seedParser) fail(err error) error {
	at := p.dec.InputOffset()
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		at = syntax.Offset
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		at, err = int64(len(p.data)), errors.New("the file ends in the middle")
	}
	return fmt.Errorf("line %d: %w", 1+bytes.Count(p.data[:min(at, int64(len(p.data)))], []byte("\n")), err)
}

// sections reads the object that a file is. Each hears of a member's elements where it is a list, and of the whole value
// otherwise; opened, first, whether the name means anything.
func (p *seedParser) sections(opened func(name string), each func(*seedNode)) error {
	t, err := p.dec.Token()
	if err != nil {
		return p.fail(err)
	}
	if t != json.Delim('{') {
		return p.fail(errors.New("a seed file is an object of sections"))
	}
	seen := map[string]bool{}
	for p.dec.More() {
		name, err := p.name(seen)
		if err != nil {
			return err
		}
		opened(name)
		if err := p.section(&seedNode{key: name}, each); err != nil {
			return err
		}
	}
	if _, err := p.dec.Token(); err != nil {
		return p.fail(err)
	}
	if _, err := p.dec.Token(); !errors.Is(err, io.EOF) {
		return p.fail(errors.New("there is something after the end of the object"))
	}
	return nil
}

// section reads a section's value: a list element by element.
func (p *seedParser) section(n *seedNode, each func(*seedNode)) error {
	t, err := p.dec.Token()
	if err != nil {
		return p.fail(err)
	}
	if t != json.Delim('[') {
		if err := p.fill(n, t, 1); err != nil {
			return err
		}
		each(n)
		return nil
	}
	for i := 0; p.dec.More(); i++ {
		e, err := p.read(n, "", i, 2)
		if err != nil {
			return err
		}
		each(e)
	}
	_, err = p.dec.Token()
	if err != nil {
		return p.fail(err)
	}
	return nil
}

// name reads the name of a member. A name that comes twice would let one of the two be lost.
func (p *seedParser) name(seen map[string]bool) (string, error) {
	t, err := p.dec.Token()
	if err != nil {
		return "", p.fail(err)
	}
	name, ok := t.(string)
	switch {
	case !ok:
		return "", p.fail(errors.New("the name of a member is missing"))
	case seen[name]:
		return "", p.fail(fmt.Errorf("%q is there twice", name))
	}
	seen[name] = true
	return name, nil
}

func (p *seedParser) read(up *seedNode, key string, index, depth int) (*seedNode, error) {
	t, err := p.dec.Token()
	if err != nil {
		return nil, p.fail(err)
	}
	n := &seedNode{up: up, key: key, index: index}
	return n, p.fill(n, t, depth)
}

// fill gives a node the value that begins with a token.
func (p *seedParser) fill(n *seedNode, t json.Token, depth int) error {
	if depth > maxSeedDepth {
		return p.fail(errors.New("the file is nested too deep"))
	}
	switch t {
	case json.Delim('{'):
		members, seen := map[string]*seedNode{}, map[string]bool{}
		n.value = members
		for p.dec.More() {
			name, err := p.name(seen)
			if err != nil {
				return err
			}
			if members[name], err = p.read(n, name, 0, depth+1); err != nil {
				return err
			}
		}
	case json.Delim('['):
		var list []*seedNode
		for i := 0; p.dec.More(); i++ {
			e, err := p.read(n, "", i, depth+1)
			if err != nil {
				return err
			}
			list = append(list, e)
		}
		n.value = list
	default:
		n.value = t
		return nil
	}
	if _, err := p.dec.Token(); err != nil {
		return p.fail(err)
	}
	return nil
}
