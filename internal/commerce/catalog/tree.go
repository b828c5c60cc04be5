package catalog

import (
	"strings"

	"kaidian/internal/platform/db"
)

// node is a category as far as the links of its products depend on it.
type node struct {
	parent string // empty for a root
	path   string
	shown  bool // active and not internal
}

// tree is categories and their ancestors by id.
type tree map[string]node

// loadTree reads categories with their ancestors and keeps them as they are until the transaction ends, so that the links
// that it writes and the rebuilding of links by those who change the tree do not miss each other: three statements.
func loadTree(tx *db.Tx, ids []string) (tree, error) {
	out := tree{}
	if len(ids) == 0 {
		return out, nil
	}
	if err := holdTree(tx); err != nil {
		return nil, err
	}
	scan := func(row db.Scanner) (string, error) {
		var id string
		var parent *string
		var n node
		if err := row.Scan(&id, &parent, &n.path, &n.shown); err != nil {
			return "", err
		}
		if parent != nil {
			n.parent = *parent
		}
		out[id] = n
		return n.path, nil
	}
	query := `select id, parent_id, mpath, case when is_active = 1 and is_internal = 0 then 1 else 0 end
		from product_categories where id in {keys}`
	paths, err := db.AllIn(tx, scan, query, distinct(ids))
	if err != nil {
		return nil, err
	}
	var above []string
	for _, path := range paths {
		for id := range strings.SplitSeq(path, ".") {
			if _, have := out[id]; id != "" && !have {
				above = append(above, id)
			}
		}
	}
	_, err = db.AllIn(tx, scan, query, distinct(above))
	return out, err
}

// holders gives the categories that hold a product that is directly in some: themselves with true, and with false the
// ancestors of which all that lies between is shown, the direct one included.
func (t tree) holders(direct []string) map[string]bool {
	out := map[string]bool{}
	for _, id := range direct {
		for n := t[id]; n.shown && n.parent != ""; n = t[n.parent] {
			if _, have := out[n.parent]; !have {
				out[n.parent] = false
			}
		}
	}
	for _, id := range direct {
		out[id] = true
	}
	return out
}

// distinct gives each of some texts once, in the order of their first.
func distinct(list []string) []string {
	seen := make(map[string]bool, len(list))
	out := make([]string, 0, len(list))
	for _, s := range list {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}
