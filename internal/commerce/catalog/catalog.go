package catalog

import (
	"encoding/json"
	"time"

	"kaidian/internal/platform/patch"
)

// Ref names a record: by ID, which is the Store API's way, or else by Number, which is the Open API's.
type Ref struct {
	ID     string
	Number int64
}

// ByID names a record by its id.
func ByID(id string) Ref { return Ref{ID: id} }

// ByNumber names a record by its number.
func ByNumber(n int64) Ref { return Ref{Number: n} }

// Status says how far a product is. Shoppers see published ones.
type Status string

// The statuses.
const (
	Draft     Status = "draft"
	Proposed  Status = "proposed"
	Published Status = "published"
	Rejected  Status = "rejected"
)

// Translations are texts in other languages than the base text's: by language ("zh", "en"), then by field: title, subtitle,
// description; name for a category; title for a variant and a collection.
type Translations map[string]map[string]string

// Measures are what is known of a thing's size and origin; nil for not known.
type Measures struct {
	Weight        *int64 // grams
	Length        *int64 // millimetres
	Height        *int64
	Width         *int64
	HSCode        *string
	OriginCountry *string // ISO 3166 alpha-2, lower case
	MIDCode       *string
	Material      *string
}

// Product is what a shop sells, without its relations.
type Product struct {
	ID           string // "prod_…"
	Number       int64
	Title        string
	Subtitle     *string // the Open API's short_desc
	Description  *string // the Open API's body_html
	Handle       string  // of its page; unique among the living
	GiftCard     bool
	Discountable bool
	Status       Status
	Thumbnail    *string // URL; as it is served, or absolute
	Measures
	CollectionID *string
	TypeID       *string // the first of its types
	VendorID     *string
	ProfileID    *string // shipping profile; nil for the one of its kind: default, or gift card
	ExternalID   *string // what another system calls it; unique

	PageTitle, PageDescription, PageKeywords string // for search engines; may be empty

	Translations Translations
	Metadata     json.RawMessage // an object, or nil
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// Option is one way in which the variants of a product differ: "Size".
type Option struct {
	ID        string // "opt_…"
	Number    int64
	ProductID string
	Title     string
	Position  int // from 1
	Metadata  json.RawMessage
	CreatedAt time.Time
	UpdatedAt time.Time
}

// OptionValue is what a variant is in one option: "L". It lives and dies with its variant.
type OptionValue struct {
	ID       string `json:"id"` // "optval_…"
	OptionID string `json:"option_id"`
	Value    string `json:"value"`
}

// Variant is one thing that can be bought.
type Variant struct {
	ID        string // "variant_…"
	Number    int64
	ProductID string
	Title     string
	Rank      int // place in its product, from 0
	SKU       *string
	Barcode   *string // not unique: in the Open API it is whatever a merchant's system calls the item
	EAN       *string
	UPC       *string
	Measures
	Volume          *int64 // cubic centimetres
	AllowBackorder  bool
	ManageInventory bool
	CompareAmount   int64 // list price in the shop's default currency, 0 for none
	RewardPoint     int64
	Sold            int64 // units ever sold
	ImageID         *string
	Values          []OptionValue // one for each option of the product, in their order
	Translations    Translations
	Metadata        json.RawMessage
	CreatedAt       time.Time
	UpdatedAt       time.Time
}

// Image is a picture of a product.
type Image struct {
	ID        string // "img_…"
	Number    int64
	ProductID string
	URL       string // as it is served ("/files/…"), or absolute
	FileName  string
	Alt       string
	Position  int    // from 1
	Blob      string // name of its bytes in the blob store; empty for a picture elsewhere
	Metadata  json.RawMessage
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Term is a tag, a type or a vendor: a word that products are filed under.
type Term struct {
	ID        string // "ptag_…", "ptyp_…", "vendor_…"
	Number    int64
	Value     string
	Metadata  json.RawMessage
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Collection is a shelf that a merchant arranges: "Summer".
type Collection struct {
	ID           string // "pcol_…"
	Number       int64
	Title        string
	Handle       string
	Translations Translations
	Metadata     json.RawMessage
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// Category is a node of the tree that products are found by.
type Category struct {
	ID           string // "pcat_…"
	Number       int64
	ParentID     *string
	Name         string
	Handle       string // its own, unique in the shop
	Description  string
	MPath        string // ids from the root to itself, with a dot after each
	Rank         int    // among its siblings, from 0
	Active       bool
	Internal     bool // not for shoppers
	Translations Translations
	Metadata     json.RawMessage
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// ProductPatch makes or changes a product. ID and CreatedAt are honoured when it is made: an importer keeps those of
// another system. Lists replace what there is.
type ProductPatch struct {
	ID        string
	CreatedAt time.Time

	Title        patch.Optional[string]
	Subtitle     patch.Optional[string]
	Description  patch.Optional[string]
	Handle       patch.Optional[string] // made of the title when a new product has none
	GiftCard     patch.Optional[bool]
	Discountable patch.Optional[bool]   // true for a new product
	Status       patch.Optional[Status] // Draft for a new product
	Thumbnail    patch.Optional[string] // the first picture's for a new product
	MeasuresPatch
	CollectionID patch.Optional[string]
	ProfileID    patch.Optional[string]
	ExternalID   patch.Optional[string]

	PageTitle, PageDescription, PageKeywords patch.Optional[string]

	Types      patch.Optional[[]string] // by value, made when new; the first is the Store API's
	Tags       patch.Optional[[]string] // by value, made when new
	Vendor     patch.Optional[string]   // by name, made when new
	Categories patch.Optional[[]string] // by id
	Channels   patch.Optional[[]string] // by id; a new product without goes into the default channel
	Options    patch.Optional[[]string] // titles in their order, three at most in the Open API
	Images     patch.Optional[[]ImagePatch]

	Translations patch.Optional[Translations]
	Metadata     patch.Optional[json.RawMessage]
}

// MeasuresPatch changes measures.
type MeasuresPatch struct {
	Weight, Length, Height, Width            patch.Optional[int64]
	HSCode, OriginCountry, MIDCode, Material patch.Optional[string]
}

// VariantPatch makes or changes a variant. ID names the variant to change where a product's list of variants is replaced,
// and is honoured for a new one.
type VariantPatch struct {
	ID     string
	Number int64 // names the variant to change, as ID does

	Title   patch.Optional[string] // made of the values when a new variant has none
	Rank    patch.Optional[int]
	SKU     patch.Optional[string]
	Barcode patch.Optional[string]
	EAN     patch.Optional[string]
	UPC     patch.Optional[string]
	MeasuresPatch
	Volume          patch.Optional[int64]
	AllowBackorder  patch.Optional[bool]
	ManageInventory patch.Optional[bool] // true for a new variant
	CompareAmount   patch.Optional[int64]
	RewardPoint     patch.Optional[int64]
	ImageID         patch.Optional[string]   // the id, or the URL, of an image of the product
	Values          patch.Optional[[]string] // one for each option of the product, in their order
	ValueOf         map[int]string           // those of some options, by their places from 0; the others stay. Not with Values
	Translations    patch.Optional[Translations]
	Metadata        patch.Optional[json.RawMessage]
}

// ImagePatch makes or changes a picture. A new one needs a URL. In the list of a product ID names the picture to change, and
// is honoured for a new one; one without an ID changes the picture that has its URL, if there is one.
type ImagePatch struct {
	ID       string
	URL      patch.Optional[string]
	FileName patch.Optional[string]
	Alt      patch.Optional[string]
	Position patch.Optional[int] // from 1; at the end when a new one has none
	Blob     patch.Optional[string]
	Metadata patch.Optional[json.RawMessage]
	// Variants sets the variants that show it. AddImage and UpdateImage look at it; the list of a product does not, as the
	// variants there say what they show.
	Variants patch.Optional[[]Ref]
}

// CollectionPatch makes or changes a collection.
type CollectionPatch struct {
	ID           string
	Title        patch.Optional[string]
	Handle       patch.Optional[string]
	Translations patch.Optional[Translations]
	Metadata     patch.Optional[json.RawMessage]
}

// CategoryPatch makes or changes a category.
type CategoryPatch struct {
	ID           string
	Name         patch.Optional[string]
	Handle       patch.Optional[string]
	Description  patch.Optional[string]
	ParentID     patch.Optional[string]
	Rank         patch.Optional[int]
	Active       patch.Optional[bool] // true for a new one
	Internal     patch.Optional[bool]
	Translations patch.Optional[Translations]
	Metadata     patch.Optional[json.RawMessage]
}
