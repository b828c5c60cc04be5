package catalog

import (
	"context"
	"errors"
	"slices"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/patch"
)

// AddImage gives a product another picture, at the end when it has no position. Faults: Invalid, ErrProductNotFound,
// ErrTooManyImages, ErrIDTaken.
func (s *Service) AddImage(ctx context.Context, product Ref, in ImagePatch) (Image, error) {
	return s.changeImage(ctx, product, func(c *Change, p *problems) (string, error) {
		if len(c.After.Images) >= MaxImages {
			return "", ErrTooManyImages
		}
		i := c.newImage(p, in)
		i.Position = len(c.After.Images) + 1
		p.image(&i, in)
		c.After.Images = insertAt(c.After.Images, i)
		return i.ID, p.showers(c, i.ID, in)
	})
}

// UpdateImage changes a picture of a product. A change that changes nothing leaves no trace. Faults: Invalid,
// ErrProductNotFound, ErrImageNotFound.
func (s *Service) UpdateImage(ctx context.Context, product, which Ref, in ImagePatch) (Image, error) {
	return s.changeImage(ctx, product, func(c *Change, p *problems) (string, error) {
		at, err := c.picture(which)
		if err != nil {
			return "", err
		}
		i := c.After.Images[at]
		p.image(&i, in)
		c.After.Images = insertAt(slices.Delete(c.After.Images, at, at+1), i)
		return i.ID, p.showers(c, i.ID, in)
	})
}

// DeleteImage takes a picture from a product and from the variants that show it, and gives it as it was. Faults:
// ErrProductNotFound, ErrImageNotFound.
func (s *Service) DeleteImage(ctx context.Context, product, which Ref) (Image, error) {
	var gone Image
	_, err := s.changeImage(ctx, product, func(c *Change, _ *problems) (string, error) {
		at, err := c.picture(which)
		if err != nil {
			return "", err
		}
		gone = c.After.Images[at]
		c.After.Images = ordered(slices.Delete(c.After.Images, at, at+1))
		return "", nil
	})
	return gone, err
}

// picture finds a picture of the product as it is to be.
func (c *Change) picture(which Ref) (int, error) {
	at := slices.IndexFunc(c.After.Images, func(i Image) bool { return which.is(i.ID, i.Number) })
	if at < 0 {
		return 0, ErrImageNotFound
	}
	return at, nil
}

// insertAt puts a picture among others at its position; all get new ones.
func insertAt(images []Image, i Image) []Image {
	at := min(max(i.Position, 1)-1, len(images))
	images = slices.Insert(images, at, i)
	for n := range images {
		images[n].Position = n + 1
	}
	return images
}

// showers sets the variants that show a picture.
func (p *problems) showers(c *Change, image string, in ImagePatch) error {
	refs, ok := in.Variants.Get()
	if !in.Variants.IsSet() {
		return nil
	}
	p.count("variants", len(refs), MaxVariants)
	if !ok {
		refs = nil
	}
	for i := range c.After.Variants {
		v := &c.After.Variants[i]
		if v.ImageID != nil && *v.ImageID == image {
			v.ImageID = nil
		}
	}
	for _, ref := range refs {
		at := slices.IndexFunc(c.After.Variants, func(v Variant) bool { return ref.is(v.ID, v.Number) })
		if at < 0 {
			return ErrVariantNotFound
		}
		c.After.Variants[at].ImageID = &image
	}
	return nil
}

// changeImage changes the pictures of a product, gives the one that fn names as it is then, and has the thumbnail follow.
func (s *Service) changeImage(ctx context.Context, product Ref, fn func(c *Change, p *problems) (string, error)) (Image, error) {
	var out Image
	_, err := s.write(ctx, func(tx *db.Tx) error {
		record, err := s.take(tx, product)
		if err != nil {
			return err
		}
		c, p := s.begin(record), &problems{}
		id, err := fn(c, p)
		if err != nil {
			return err
		}
		p.thumbnail(c, patch.Optional[string]{})
		if _, err := c.settled(p); err != nil {
			return err
		}
		if err := s.do(tx, c); err != nil && !errors.Is(err, errUnchanged) {
			return err
		}
		if id != "" {
			out, err = findImage(tx, c.After.ID, ByID(id))
		}
		if err == nil && !c.Changed() {
			return errUnchanged
		}
		return err
	})
	if err != nil {
		return Image{}, err
	}
	return out, nil
}

// take reads the product that is meant and keeps it for the rest of the transaction.
func (s *Service) take(tx *db.Tx, which Ref) (*Record, error) {
	id, err := s.Named(tx, which)
	if err != nil {
		return nil, err
	}
	records, err := s.Load(tx, []string{id})
	if err != nil {
		return nil, err
	}
	if records[id] == nil { // it went just now
		return nil, ErrProductNotFound
	}
	return records[id], nil
}

// do writes one change, or gives errUnchanged.
func (s *Service) do(tx *db.Tx, c *Change) error {
	if !c.Changed() {
		return errUnchanged
	}
	one := []*Change{c}
	if err := s.Settle(tx, one); err != nil {
		return err
	}
	if c.Err != nil {
		return c.Err
	}
	if err := s.Save(tx, one); err != nil {
		return err
	}
	return s.Announce(tx, one)
}

// Images gives the pictures of a product by their positions: two statements at most. Fault: ErrProductNotFound.
func (s *Service) Images(ctx context.Context, product Ref) ([]Image, error) {
	var out []Image
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		id, err := s.Named(tx, product)
		if err != nil {
			return err
		}
		out, err = db.All(tx, ScanImage, `select `+ImageColumns+` from product_images i where i.product_id = $1
			order by i.position, i.number`, id)
		return err
	})
	return out, err
}

// Image gives a picture of a product: two statements. Faults: ErrProductNotFound, ErrImageNotFound.
func (s *Service) Image(ctx context.Context, product, which Ref) (Image, error) {
	var out Image
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		id, err := s.Named(tx, product)
		if err != nil {
			return err
		}
		out, err = findImage(tx, id, which)
		return err
	})
	return out, err
}

func findImage(tx *db.Tx, product string, which Ref) (Image, error) {
	where, arg := which.where("i")
	i, err := ScanImage(tx.QueryRow(`select `+ImageColumns+` from product_images i where `+where+` and i.product_id = $2`, arg, product))
	if errors.Is(err, db.ErrNoRows) {
		return Image{}, ErrImageNotFound
	}
	return i, err
}
