package app

import (
	"context"
	"net/http"
	"path/filepath"
	"time"

	"kaidian/internal/commerce/content"
	"kaidian/internal/config"
	"kaidian/internal/platform/blob"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/netguard"
	"kaidian/internal/platform/picture"
)

// The folders of the data folder: pictures and store files; mails, where no server takes them; and below templates/mail the
// shop's own words for mails. A backup has them all.
const (
	filesFolder     = "files"
	mailFolder      = "mail"
	templatesFolder = "templates"
)

// newContent opens the store of files: a bucket when the settings name one, or the folder beside the database.
func (a *App) newContent(data config.Shop) (err error) {
	blobs := blob.NewDisk(filepath.Join(data.Data, filesFolder))
	if a.cfg.BlobS3 != "" {
		s3, err := blob.ParseS3(a.cfg.BlobS3)
		if err != nil {
			return err
		}
		if blobs, err = blob.NewS3(s3); err != nil {
			return err
		}
	}
	a.Content = content.New(content.Options{
		DB: a.DB, Clock: a.Clock, Blobs: blobs, Pictures: picture.New(picture.Limits{}),
		Guard: netguard.Guard{AllowPrivate: a.cfg.WebhookAllowPrivate},
		Used:  func(ctx context.Context, name string) (bool, error) { return a.Pictures.Shows(ctx, name) },
	})
	return nil
}

// mountFiles serves files and pictures. What stands at an address never changes: whoever has it need not ask again.
func (a *App) mountFiles(mux *http.ServeMux) {
	mux.HandleFunc("GET "+content.Folder+"{path}", func(w http.ResponseWriter, r *http.Request) {
		f, err := a.Content.Open(r.Context(), r.PathValue("path"))
		if err != nil {
			a.refuseFile(w, r, err)
			return
		}
		defer f.Close()
		h := w.Header()
		h.Set("Content-Type", f.ContentType)
		h.Set("ETag", `"`+f.Name+`"`)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		// Strangers' bytes are not run with the shop's own pages, whatever they turn out to be.
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		h.Set("Access-Control-Allow-Origin", "*")
		if !f.Inline {
			h.Set("Content-Disposition", "attachment")
		}
		http.ServeContent(w, r, "", time.Time{}, f)
	})
}

// refuseFile says that there is no such file, or that the store of files does not answer.
func (a *App) refuseFile(w http.ResponseWriter, r *http.Request, err error) {
	w.Header().Set("Cache-Control", "no-store")
	if fault.CodeOf(err) == fault.NotFound {
		http.Error(w, "there is no such file", http.StatusNotFound)
		return
	}
	if r.Context().Err() == nil {
		a.log.ErrorContext(r.Context(), "a file could not be served", "error", err)
	}
	http.Error(w, "the file cannot be served just now", http.StatusServiceUnavailable)
}
