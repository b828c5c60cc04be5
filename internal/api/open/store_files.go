package open

import (
	"context"
	"net/http"

	"kaidian/internal/api/route"
	"kaidian/internal/commerce/content"
	"kaidian/internal/platform/fault"
)

// storeFileView is a file as the face shows it.
type storeFileView struct {
	ContentType string  `json:"content_type"`
	CreatedAt   instant `json:"created_at"`
	FileName    string  `json:"file_name"`
	ID          int64   `json:"id"`
	Size        int64   `json:"size" doc:"Bytes. ‖ 字节数。"`
	Src         string  `json:"src" doc:"Address. ‖ 文件地址。"`
	UpdatedAt   instant `json:"updated_at"`
}

func (storeFileView) names() (string, string) { return "store_file", "store_files" }

// storeFileInput is what a file is written with.
type storeFileInput struct {
	Attachment route.Optional[text] `json:"attachment,omitempty" doc:"A new file as a data URI: data:application/pdf;base64,… 20 MB at most. ‖ 新文件的 data URI，最大 20 MB。"`
	FileName   route.Optional[text] `json:"file_name,omitempty"`
}

// newFile reads a new file.
func (in storeFileInput) newFile() (content.NewFile, error) {
	r := &reader{}
	if in.FileName.Value == "" {
		r.missing("file_name")
	}
	a, rule, words := readAttachment(string(in.Attachment.Value))
	if rule != "" {
		r.add("attachment", rule, words)
	}
	return content.NewFile{Name: string(in.FileName.Value), ContentType: a.contentType, Data: a.data}, fault.Fields("open.store_file", r.problems...)
}

type NewStoreFile struct {
	Body struct {
		StoreFile storeFileInput `json:"store_file"`
	}
}

type changedStoreFile struct {
	ByID
	NewStoreFile
}

type storeFilesQuery struct {
	listQuery
	storeFileFilter
}

type storeFilesCountQuery struct {
	window
	storeFileFilter
}

type storeFileFilter struct {
	FileName    string `q:"file_name" doc:"Found in the name. ‖ 按文件名模糊查询。"`
	ContentType string `q:"content_type" doc:"Only those of this type. ‖ 按文件类型查询。"`
}

func (s storeFileFilter) query(w window) (content.FileQuery, error) {
	numbers, err := w.numbers()
	return content.FileQuery{Numbers: numbers, SinceID: w.since(), NameLike: s.FileName, ContentType: s.ContentType,
		CreatedMin: value(w.CreatedMin), CreatedMax: value(w.CreatedMax), UpdatedMin: value(w.UpdatedMin), UpdatedMax: value(w.UpdatedMax)}, err
}

type storeFiles struct {
	content *content.Service
	base    string
}

func (s storeFiles) view(f content.File) storeFileView {
	return storeFileView{ContentType: f.ContentType, CreatedAt: instant(f.CreatedAt), FileName: f.Name, ID: f.Number, Size: f.Size,
		Src: absolute(s.base, f.URL), UpdatedAt: instant(f.UpdatedAt)}
}

func (s storeFiles) routes(f *route.Face) {
	row := func(method, path, name string, perm route.Permission, query any, en, zh string) route.Route {
		return route.Route{Method: method, Path: "/v1/store_files" + path, Name: name, Tag: "StoreFile", Permission: perm, Query: query,
			Summary: route.Words{EN: en, ZH: zh}}
	}
	route.Handle(f, row(http.MethodGet, "", "ListStoreFiles", readContent, storeFilesQuery{}, "List files", "获取文件列表"), s.list)
	route.Handle(f, row(http.MethodGet, "/count", "CountStoreFiles", readContent, storeFilesCountQuery{}, "Count files", "获取文件总数"), s.count)
	route.Handle(f, row(http.MethodGet, "/{id}", "GetStoreFile", readContent, fieldsQuery{}, "Get a file", "获取文件"), s.get)
	create := row(http.MethodPost, "", "CreateStoreFile", writeContent, nil, "Upload a file", "上传文件")
	create.BodyLimit, create.Timeout = uploadLimit, uploadTimeout
	route.Handle(f, create, s.create)
	route.Handle(f, row(http.MethodPut, "/{id}", "UpdateStoreFile", writeContent, nil, "Rename a file", "更新文件名"), s.update)
	route.Handle(f, row(http.MethodDelete, "/{id}", "DeleteStoreFile", writeContent, nil, "Delete a file", "删除文件"), s.remove)
}

func (s storeFiles) list(ctx context.Context, _ *struct{}) (*many[storeFileView], error) {
	q := route.QueryOf[storeFilesQuery](ctx)
	query, err := q.query(q.window)
	if err != nil {
		return nil, err
	}
	query.Limit, query.Page = q.Limit, q.Page
	return showMany(s.view, q.Fields)(s.content.Files(ctx, query))
}

func (s storeFiles) count(ctx context.Context, _ *struct{}) (*counted, error) {
	q := route.QueryOf[storeFilesCountQuery](ctx)
	query, err := q.query(q.window)
	if err != nil {
		return nil, err
	}
	return countOf(s.content.CountFiles(ctx, query))
}

func (s storeFiles) get(ctx context.Context, in *ByID) (*one[storeFileView], error) {
	return showOne(s.view, route.QueryOf[fieldsQuery](ctx).Fields)(s.content.File(ctx, in.ID))
}

func (s storeFiles) create(ctx context.Context, in *NewStoreFile) (*one[storeFileView], error) {
	n, err := in.Body.StoreFile.newFile()
	if err != nil {
		return nil, err
	}
	made, err := s.content.CreateFile(ctx, n)
	return showOne(s.view, nil)(made, ofPicture(err, false))
}

func (s storeFiles) update(ctx context.Context, in *changedStoreFile) (*one[storeFileView], error) {
	if !in.Body.StoreFile.FileName.Set {
		return showOne(s.view, nil)(s.content.File(ctx, in.ID))
	}
	return showOne(s.view, nil)(s.content.RenameFile(ctx, in.ID, string(in.Body.StoreFile.FileName.Value)))
}

func (s storeFiles) remove(ctx context.Context, in *ByID) (*nothing, error) {
	return &nothing{}, s.content.DeleteFile(ctx, in.ID)
}
