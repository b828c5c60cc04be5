package httpx

import (
	"fmt"
	"net/http"

	"github.com/klauspost/compress/gzhttp"
)

// Compress compresses answers of a kilobyte or more for clients that accept it, unless the request carries
// x-no-compression with any value.
func Compress(next http.Handler) (http.Handler, error) {
	wrap, err := gzhttp.NewWrapper(gzhttp.MinSize(1024), gzhttp.CompressionLevel(6))
	if err != nil {
		return nil, fmt.Errorf("compression: %w", err)
	}
	zipped := wrap(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, off := r.Header["X-No-Compression"]; off {
			next.ServeHTTP(w, r)
			return
		}
		zipped.ServeHTTP(w, r)
	}), nil
}
