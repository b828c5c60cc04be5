package store

import (
	"context"
	"net/http"

	"kaidian/internal/api/route"
	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/catalog"
)

type collectionsQuery struct {
	languageQuery
	Handle    []string     `q:"handle" doc:"With one of these handles. ‖ handle 为其中之一。"`
	CreatedAt route.Window `q:"created_at" doc:"When it was made: gt, gte, lt, lte. ‖ 创建时间:gt、gte、lt、lte。"`
	UpdatedAt route.Window `q:"updated_at" doc:"When it was changed last: gt, gte, lt, lte. ‖ 最后修改时间:gt、gte、lt、lte。"`
	Offset    int          `q:"offset" default:"0" min:"0" max:"1000000000" doc:"How many to skip. ‖ 跳过的条数。"`
	Limit     int          `q:"limit" default:"10" min:"0" max:"1000" clamp:"true" doc:"How many to show, 1000 at most; 0 asks for as many as may be. ‖ 返回条数,最多 1000;0 表示返回上限条数。"`
}

type collectionsResponse struct {
	Collections []productCollectionView `json:"collections" nullable:"false"`
	Count       int                     `json:"count"`
	Offset      int                     `json:"offset"`
	Limit       int                     `json:"limit"`
}

type collectionResponse struct {
	Collection productCollectionView `json:"collection"`
}

func (c catalogue) collectionRoutes(f *route.Face) {
	list := row("Product Collections", "collections", "GetCollections", "List collections", "获取商品系列列表")
	list.Query = collectionsQuery{}
	route.Handle(f, list, c.collections)
	one := row("Product Collections", "collections/{id}", "GetCollectionsCollection", "Get a collection", "获取商品系列")
	one.Query, one.LooseQuery, one.Faults = languageQuery{}, true, append(one.Faults, http.StatusNotFound)
	route.Handle(f, one, c.collection)
}

func (c catalogue) collections(ctx context.Context, _ *struct{}) (*answer[collectionsResponse], error) {
	q := route.QueryOf[collectionsQuery](ctx)
	var b bounds
	if b.list("handle", q.Handle); b.fault() != nil {
		return nil, b.fault()
	}
	locale, err := q.language(ctx)
	if err != nil {
		return nil, err
	}
	limit := limited(q.Limit)
	all, count, err := c.browse.Collections(ctx, browse.CollectionQuery{Handles: q.Handle, Created: window(q.CreatedAt),
		Updated: window(q.UpdatedAt), Limit: limit, Offset: q.Offset, Locale: locale})
	if err != nil {
		return nil, err
	}
	return answerWith[collectionsResponse](smallSize*(len(all)+1), func(b []byte) []byte {
		b = array(append(b, `{"collections":`...), all, appendCollection)
		return appendPaging(b, count, q.Offset, limit)
	}), nil
}

// smallSize is the usual length of a small record, with some to spare.
const smallSize = 512

func (c catalogue) collection(ctx context.Context, in *ID) (*answer[collectionResponse], error) {
	locale, err := route.QueryOf[languageQuery](ctx).language(ctx)
	if err != nil {
		return nil, err
	}
	one, err := c.browse.Collection(ctx, catalog.ByID(in.ID), locale)
	if err != nil {
		return nil, err
	}
	return answerWith[collectionResponse](smallSize, func(b []byte) []byte {
		return append(appendCollection(append(b, `{"collection":`...), &one), '}')
	}), nil
}
