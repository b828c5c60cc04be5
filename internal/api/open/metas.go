package open

import (
	"context"
	"net/http"

	"kaidian/internal/api/route"
	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/order"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/fault"
)

// metaView is a metafield as the face shows it.
type metaView struct {
	CreatedAt     instant           `json:"created_at"`
	Description   string            `json:"description"`
	Fields        map[string]string `json:"fields"`
	ID            int64             `json:"id"`
	Name          string            `json:"name" doc:"Lower-case letters, digits, - and _. ‖ 小写字母、数字、- 和 _。"`
	OwnerID       int64             `json:"owner_id" doc:"The id by which this API knows the owner, 0 for the shop. ‖ 所属对象在本接口中的 id，店铺为 0。"`
	OwnerResource string            `json:"owner_resource" enum:"shop,customer,product,variant,order"`
	UpdatedAt     instant           `json:"updated_at"`
}

func viewMeta(m shop.Metafield) metaView {
	return metaView{CreatedAt: instant(m.CreatedAt), Description: m.Description, Fields: m.Fields, ID: m.Number, Name: m.Name,
		OwnerID: m.OwnerNumber, OwnerResource: m.OwnerResource, UpdatedAt: instant(m.UpdatedAt)}
}

type bagBody struct {
	Body struct {
		Fields map[string]string `json:"fields"`
	}
}

// metaInput is what a metafield is written with.
type metaInput struct {
	Description   route.Optional[text]            `json:"description,omitempty"`
	Fields        route.Optional[map[string]text] `json:"fields,omitempty"`
	Name          route.Optional[text]            `json:"name,omitempty"`
	OwnerID       route.Optional[number]          `json:"owner_id,omitempty" doc:"The id of the owner, 0 for the shop. ‖ 所属对象的 id，店铺为 0。"`
	OwnerResource route.Optional[text]            `json:"owner_resource,omitempty" doc:"shop, customer, product, variant or order. ‖ shop、customer、product、variant 或 order。"`
}

type NewMeta struct {
	Body struct {
		Meta metaInput `json:"meta"`
	}
}

type changedMeta struct {
	ByID
	NewMeta
}

type setBag struct {
	ByID
	Body struct {
		Fields map[string]text `json:"fields"`
	}
}

type metasQuery struct {
	listQuery
	metaFilter
}

type metasCountQuery struct {
	window
	metaFilter
}

type metaFilter struct {
	Name          string `q:"name" doc:"Only those of this name. ‖ 按名称筛选。"`
	OwnerID       *int64 `q:"owner_id" doc:"Only those of the owner with this id, 0 for the shop. ‖ 按所属对象的 id 筛选，店铺为 0。"`
	OwnerResource string `q:"owner_resource" doc:"shop, customer, product, variant or order. ‖ 按所属对象的类型筛选：shop、customer、product、variant 或 order。"`
}

func (m metaFilter) query(w window) (shop.Query, error) {
	ids, err := w.numbers()
	return shop.Query{IDs: ids, Name: m.Name, OwnerResource: m.OwnerResource, OwnerNumber: m.OwnerID,
		CreatedMin: value(w.CreatedMin), CreatedMax: value(w.CreatedMax),
		UpdatedMin: value(w.UpdatedMin), UpdatedMax: value(w.UpdatedMax), SinceID: w.since()}, err
}

type metas struct {
	metas     *shop.Metafields
	customers *customer.Service
	goods     *browse.Service
	orders    *order.Service
}

func (m metas) routes(f *route.Face) {
	row := func(method, path, name string, p route.Permission, query any, en, zh string) route.Route {
		return route.Route{Method: method, Path: "/v1/metas" + path, Name: name, Tag: "Metafields", Permission: p, Query: query,
			Summary: route.Words{EN: en, ZH: zh}}
	}
	route.Handle(f, row(http.MethodGet, "", "ListMetas", readBasic, metasQuery{}, "List metafields", "获取元字段列表"), m.list)
	route.Handle(f, row(http.MethodGet, "/count", "CountMetas", readBasic, metasCountQuery{}, "Count metafields", "获取元字段总数"), m.count)
	route.Handle(f, row(http.MethodGet, "/{id}", "GetMeta", readBasic, fieldsQuery{}, "Get a metafield", "获取元字段"), m.get)
	route.Handle(f, row(http.MethodPost, "", "CreateMeta", writeBasic, nil, "Create a metafield", "创建元字段"), m.create)
	route.Handle(f, row(http.MethodPut, "/{id}", "UpdateMeta", writeBasic, nil, "Change a metafield", "更新元字段"), m.update)
	route.Handle(f, row(http.MethodDelete, "/{id}", "DeleteMeta", writeBasic, nil, "Delete a metafield", "删除元字段"), m.remove)
	route.Handle(f, row(http.MethodGet, "/{id}/fields", "GetMetaFields", readBasic, nil, "Get the fields of a metafield", "获取元字段内容"), m.bag)
	route.Handle(f, row(http.MethodPost, "/{id}/fields", "SetMetaFields", writeBasic, nil, "Set fields of a metafield", "设置元字段内容"), m.setBag)
	route.Handle(f, row(http.MethodDelete, "/{id}/fields", "RemoveMetaFields", writeBasic, fieldsQuery{}, "Remove fields of a metafield: those named, or all",
		"删除元字段内容:指定的或全部"), m.clearBag)
}

func (m metas) list(ctx context.Context, _ *struct{}) (*many[metaView], error) {
	q := route.QueryOf[metasQuery](ctx)
	query, err := q.query(q.window)
	if err != nil {
		return nil, err
	}
	query.Limit, query.Page = q.Limit, q.Page
	return showMany(viewMeta, q.Fields)(m.metas.List(ctx, query))
}

func (m metas) count(ctx context.Context, _ *struct{}) (*counted, error) {
	q := route.QueryOf[metasCountQuery](ctx)
	query, err := q.query(q.window)
	if err != nil {
		return nil, err
	}
	return countOf(m.metas.Count(ctx, query))
}

func (m metas) get(ctx context.Context, in *ByID) (*one[metaView], error) {
	return showOne(viewMeta, route.QueryOf[fieldsQuery](ctx).Fields)(m.metas.Get(ctx, in.ID))
}

func (m metas) create(ctx context.Context, in *NewMeta) (*one[metaView], error) {
	b := in.Body.Meta
	owner, err := m.owner(ctx, b)
	if err != nil {
		return nil, err
	}
	n := shop.NewMetafield{Name: string(b.Name.Value), Description: string(b.Description.Value), Fields: plain(b.Fields.Value)}
	if owner != nil {
		n.Owner = *owner
	}
	return showOne(viewMeta, nil)(m.metas.Create(ctx, n))
}

func (m metas) update(ctx context.Context, in *changedMeta) (*one[metaView], error) {
	b := in.Body.Meta
	if err := m.complete(ctx, in.ID, &b); err != nil {
		return nil, err
	}
	owner, err := m.owner(ctx, b)
	if err != nil {
		return nil, err
	}
	p := shop.MetafieldPatch{Owner: owner, Name: pointer(b.Name), Description: pointer(b.Description)}
	if b.Fields.Set {
		p.Fields = plain(b.Fields.Value)
	}
	return showOne(viewMeta, nil)(m.metas.Update(ctx, in.ID, p))
}

func (m metas) remove(ctx context.Context, in *ByID) (*nothing, error) {
	return &nothing{}, m.metas.Delete(ctx, in.ID)
}

func (m metas) bag(ctx context.Context, in *ByID) (*bagBody, error) {
	return showBag(m.metas.Get(ctx, in.ID))
}

func (m metas) setBag(ctx context.Context, in *setBag) (*bagBody, error) {
	return showBag(m.metas.SetFields(ctx, in.ID, plain(in.Body.Fields)))
}

func (m metas) clearBag(ctx context.Context, in *ByID) (*bagBody, error) {
	return showBag(m.metas.RemoveFields(ctx, in.ID, route.QueryOf[fieldsQuery](ctx).Fields))
}

// complete adds the half of the owner that a change leaves as it is.
func (m metas) complete(ctx context.Context, id int64, b *metaInput) error {
	if b.OwnerResource.Set == b.OwnerID.Set {
		return nil
	}
	was, err := m.metas.Get(ctx, id)
	if err != nil {
		return err
	}
	if !b.OwnerResource.Set {
		b.OwnerResource = route.Optional[text]{Set: true, Value: text(was.OwnerResource)}
	} else {
		b.OwnerID = route.Optional[number]{Set: true, Value: number(was.OwnerNumber)}
	}
	return nil
}

// owner turns the owner that the body names into the one that the shop knows, nil when it names none.
func (m metas) owner(ctx context.Context, in metaInput) (*shop.Owner, error) {
	if !in.OwnerResource.Set && !in.OwnerID.Set {
		return nil, nil
	}
	o := shop.Owner{Resource: string(in.OwnerResource.Value), Number: int64(in.OwnerID.Value)}
	if o.Number == 0 {
		return &o, nil // which the shop judges by itself
	}
	var err error
	o.ID, err = m.ownerID(ctx, o)
	if err != nil && fault.CodeOf(err) == fault.NotFound {
		return nil, fault.Fields("open.owner", fault.Field{Name: "owner_id", Rule: fault.Unknown, Message: "owner_id must be the id of an existing " + o.Resource})
	}
	return &o, err
}

// ownerID finds an owner by its number; it gives "" for what is none.
func (m metas) ownerID(ctx context.Context, o shop.Owner) (string, error) {
	switch o.Resource {
	case shop.OwnerCustomer:
		c, err := m.customers.Get(ctx, customer.ByNumber(o.Number))
		return c.ID, err
	case shop.OwnerProduct:
		p, err := m.goods.Product(ctx, catalog.ByNumber(o.Number), browse.Parts{}, browse.Pricing{})
		return p.ID, err
	case shop.OwnerVariant:
		v, err := m.goods.Variant(ctx, catalog.ByNumber(o.Number), browse.VariantParts{}, browse.Pricing{})
		return v.ID, err
	case shop.OwnerOrder:
		bought, err := m.orders.Get(ctx, order.ByNumber(o.Number))
		return bought.ID, err
	}
	return "", nil
}

func showBag(f shop.Metafield, err error) (*bagBody, error) {
	var out bagBody
	out.Body.Fields = f.Fields
	return &out, err
}

// plain turns the values of a bag into the strings that they are shown as.
func plain(fields map[string]text) map[string]string {
	out := make(map[string]string, len(fields))
	for k, v := range fields {
		out[k] = string(v)
	}
	return out
}

// pointer gives a member that was sent; null counts as empty.
func pointer(o route.Optional[text]) *string {
	if !o.Set {
		return nil
	}
	s := string(o.Value)
	return &s
}
