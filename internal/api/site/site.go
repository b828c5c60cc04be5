package site

import (
	"log/slog"
	"net/http"

	"kaidian/internal/api/httpx"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/commerce/staff"
	"kaidian/internal/platform/clock"
)

type Options struct {
	Staff   *staff.Service
	Shop    *shop.Shop
	Clock   clock.Clock
	Proxies httpx.Proxies
	Log     *slog.Logger
}

func Mount(mux *http.ServeMux, o Options) {}
