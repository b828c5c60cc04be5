package catalog

import (
	"cmp"
	"fmt"
	"slices"

	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/patch"
)

// images sets the list of a product's pictures. Those with an id that is there are changed, and so are those with a URL
// that is there; the others are made. It gives the ids that are there for those that were asked for.
func (p *problems) images(c *Change, o patch.Optional[[]ImagePatch]) map[string]string {
	if !o.IsSet() {
		return nil
	}
	given, _ := o.Get()
	if p.count("images", len(given), MaxImages); len(given) > MaxImages {
		return nil
	}
	old, aliases := c.After.Images, map[string]string{}
	matched := matchImages(old, given)
	rows := make([]Image, len(given))
	for i, in := range given {
		p.within(fmt.Sprintf("images[%d].", i), func() {
			if matched[i] >= 0 {
				rows[i] = old[matched[i]]
			} else {
				rows[i] = c.newImage(p, in)
			}
			rows[i].Position = i + 1
			p.image(&rows[i], in)
			if in.ID != "" {
				aliases[in.ID] = rows[i].ID
			}
		})
	}
	c.After.Images = ordered(rows)
	return aliases
}

func matchImages(old []Image, given []ImagePatch) []int {
	out := make([]int, len(given))
	used := make([]bool, len(old))
	take := func(i int, is func(Image) bool) {
		out[i] = -1
		for at, image := range old {
			if !used[at] && is(image) {
				out[i], used[at] = at, true
				return
			}
		}
	}
	for i, in := range given {
		take(i, func(image Image) bool { return in.ID == image.ID })
	}
	for i, in := range given {
		if url, ok := in.URL.Get(); ok && out[i] < 0 {
			take(i, func(image Image) bool { return url == image.URL })
		}
	}
	return out
}

func (c *Change) newImage(p *problems, in ImagePatch) Image {
	p.id("id", in.ID)
	return Image{ID: keep(in.ID, "img", c.now, &c.kept.images), ProductID: c.After.ID, CreatedAt: c.now, UpdatedAt: c.now}
}

func (p *problems) image(i *Image, in ImagePatch) {
	in.URL.Apply(&i.URL)
	if i.URL == "" {
		p.missing("url")
	}
	p.text("url", i.URL, maxURL)
	p.plain("file_name", in.FileName, &i.FileName, maxText)
	p.plain("alt", in.Alt, &i.Alt, maxURL)
	p.plain("blob", in.Blob, &i.Blob, maxText)
	if at, ok := in.Position.Get(); ok {
		i.Position = at
		if at < 1 || at > maxRank {
			p.add("position", fault.Range, fmt.Sprintf("must be 1 to %d", maxRank))
		}
	}
	p.metadata(in.Metadata, &i.Metadata)
}

// ordered gives pictures by their positions, which become 1 to n.
func ordered(rows []Image) []Image {
	if len(rows) == 0 {
		return nil
	}
	slices.SortStableFunc(rows, func(a, b Image) int { return cmp.Compare(a.Position, b.Position) })
	for i := range rows {
		rows[i].Position = i + 1
	}
	return rows
}

// thumbnail sets the picture that lists show. Without one of its own a product shows its first picture, also when another
// becomes the first.
func (p *problems) thumbnail(c *Change, o patch.Optional[string]) {
	r := &c.After
	if o.IsSet() {
		p.nullable("thumbnail", o, &r.Thumbnail, maxURL)
		return
	}
	var before []Image
	if c.Before != nil {
		before = c.Before.Images
	}
	switch {
	case r.Thumbnail == nil && len(before) > 0: // it was taken away
	case r.Thumbnail == nil || len(before) > 0 && *r.Thumbnail == before[0].URL || gone(*r.Thumbnail, before, r.Images):
		r.Thumbnail = nil
		if len(r.Images) > 0 {
			url := r.Images[0].URL
			r.Thumbnail = &url
		}
	}
}

// gone tells whether a URL is that of a picture that is no longer there.
func gone(url string, before, after []Image) bool {
	has := func(images []Image) bool {
		return slices.ContainsFunc(images, func(i Image) bool { return i.URL == url })
	}
	return has(before) && !has(after)
}
