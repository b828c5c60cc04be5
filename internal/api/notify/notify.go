// Package notify is where payment providers send their notices: POST /hooks/payments/{provider}. Who sends one is proved by its
// signature, which the provider's own code checks, so no other credential is asked for.
package notify

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"

	"kaidian/internal/commerce/checkout"
	"kaidian/internal/platform/fault"
)

// Path is the pattern of the route.
const Path = "/hooks/payments/{provider}"

// maxBody bounds a notice, in bytes. The largest known are some ten kilobytes.
const maxBody = 256 << 10

// Till takes notices.
type Till interface {
	Notice(ctx context.Context, provider string, header http.Header, body []byte) (checkout.Reply, error)
}

// Handler answers notices: with what the provider wants to hear once all is written down, and with an error when it is to send the
// notice again. Answers tell a stranger nothing.
func Handler(t Till, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			http.Error(w, "cannot read the notice", http.StatusBadRequest)
			return
		}
		reply, err := t.Notice(r.Context(), r.PathValue("provider"), r.Header, body)
		if err != nil {
			refuse(w, r, err, log)
			return
		}
		if reply.Type != "" {
			w.Header().Set("Content-Type", reply.Type)
		}
		w.Write(reply.Body) //nolint:errcheck // the client has gone
	})
}

// statuses are those of refusals; any other error is 500.
var statuses = map[fault.Code]int{
	fault.NotFound: http.StatusNotFound, fault.Forbidden: http.StatusForbidden, fault.Invalid: http.StatusBadRequest,
	fault.Conflict: http.StatusConflict, fault.Unavailable: http.StatusServiceUnavailable,
}

func refuse(w http.ResponseWriter, r *http.Request, err error, log *slog.Logger) {
	status, known := statuses[fault.CodeOf(err)]
	if !known {
		status = http.StatusInternalServerError
	}
	level := slog.LevelWarn
	if status == http.StatusInternalServerError && !errors.Is(err, context.Canceled) {
		level = slog.LevelError
	}
	log.Log(r.Context(), level, "a payment notice was refused", "provider", r.PathValue("provider"), "status", status, "error", err)
	http.Error(w, http.StatusText(status), status)
}
