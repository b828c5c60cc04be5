package shelf

import (
	"context"
	"net/url"
	"path"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/content"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/patch"
)

// Pictures hangs pictures on products: it has package content keep their bytes and package catalog their records. It is safe
// for concurrent use.
type Pictures struct {
	db      *db.DB
	catalog *catalog.Service
	content *content.Service
}

// NewPictures makes the service.
func NewPictures(d *db.DB, c *catalog.Service, keeper *content.Service) *Pictures {
	return &Pictures{db: d, catalog: c, content: keeper}
}

// NewPicture is a picture for a product: Data, or else Src.
type NewPicture struct {
	Data     []byte
	Src      string // from where to fetch it: an address, or a path under content.Folder
	FileName string // what the merchant calls it; the last part of Src when it is empty
	Alt      string
	Position patch.Optional[int]           // from 1; without one the end
	Variants patch.Optional[[]catalog.Ref] // those that show it
}

// PictureChange changes a picture of a product; its bytes stay what they are.
type PictureChange struct {
	FileName patch.Optional[string]
	Alt      patch.Optional[string]
	Position patch.Optional[int]
	Variants patch.Optional[[]catalog.Ref] // all that show it
}

// Add checks and keeps a picture and hangs it on a product. Nothing is fetched or kept for a product that is not there.
// Faults: those of content.FetchPicture, content.KeepPicture and catalog.AddImage, catalog.ErrVariantNotFound.
func (p *Pictures) Add(ctx context.Context, product catalog.Ref, n NewPicture) (catalog.Image, error) {
	have, err := p.catalog.Images(ctx, product)
	if err != nil {
		return catalog.Image{}, err
	}
	if len(have) >= catalog.MaxImages {
		return catalog.Image{}, catalog.ErrTooManyImages
	}
	if n.Data == nil {
		if n.Data, err = p.content.FetchPicture(ctx, n.Src); err != nil {
			return catalog.Image{}, err
		}
		if n.FileName == "" {
			n.FileName = lastPart(n.Src)
		}
	}
	kept, err := p.content.KeepPicture(ctx, n.Data)
	if err != nil {
		return catalog.Image{}, err
	}
	return p.catalog.AddImage(ctx, product, catalog.ImagePatch{URL: patch.Some(kept.URL), Blob: patch.Some(kept.Blob),
		FileName: patch.Some(n.FileName), Alt: patch.Some(n.Alt), Position: n.Position, Variants: n.Variants})
}

// lastPart gives the name of a file by its address.
func lastPart(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Path == "" || u.Path == "/" {
		return ""
	}
	return path.Base(u.Path)
}

// Update changes a picture of a product. Faults: those of catalog.UpdateImage, catalog.ErrVariantNotFound.
func (p *Pictures) Update(ctx context.Context, product, which catalog.Ref, c PictureChange) (catalog.Image, error) {
	return p.catalog.UpdateImage(ctx, product, which, catalog.ImagePatch{FileName: c.FileName, Alt: c.Alt, Position: c.Position, Variants: c.Variants})
}

// Delete takes a picture from a product; its bytes stay, for what else shows them. Faults: those of catalog.DeleteImage.
func (p *Pictures) Delete(ctx context.Context, product, which catalog.Ref) error {
	_, err := p.catalog.DeleteImage(ctx, product, which)
	return err
}

// Shows tells whether a product has a picture whose bytes have the name.
func (p *Pictures) Shows(ctx context.Context, blob string) (bool, error) {
	var n int
	err := p.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		return tx.QueryRow(`select count(*) from product_images where blob = $1`, blob).Scan(&n)
	})
	return n > 0, err
}
