package open

import (
	"log/slog"
	"net/http"

	"kaidian/internal/commerce/staff"
)

// TokenHandler answers the token endpoint.
func TokenHandler(s *staff.Service, log *slog.Logger) http.Handler { return http.NotFoundHandler() }
