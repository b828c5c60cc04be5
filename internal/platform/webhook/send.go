package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// maxAnswer is how much of an answer is read, so that its connection can be used again. Nobody looks at it.
const maxAnswer = 64 << 10

// send makes one attempt. It gives the status of the answer, 0 when there was none, and an error unless it is 2xx.
func (s *Service) send(ctx context.Context, d Delivery) (int, error) {
	token, shop, err := s.o.Signer(ctx)
	if err != nil {
		return 0, fmt.Errorf("sign: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.Address, bytes.NewReader(d.Body))
	if err != nil {
		return 0, bare(err)
	}
	req.Header.Set("Content-Type", d.ContentType)
	req.Header.Set("User-Agent", s.o.UserAgent)
	for name, value := range map[string]string{
		s.o.Headers.Signature: Sign(token, d.Body),
		s.o.Headers.Topic:     d.Topic,
		s.o.Headers.Shop:      shop,
		s.o.Headers.Delivery:  d.ID,
	} {
		if name != "" {
			req.Header[name] = []string{value} // not Set, which would change its spelling
		}
	}
	res, err := s.client.Do(req)
	if err != nil {
		return 0, bare(err)
	}
	defer res.Body.Close()
	io.Copy(io.Discard, io.LimitReader(res.Body, maxAnswer))
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return res.StatusCode, fmt.Errorf("answered %d", res.StatusCode)
	}
	return res.StatusCode, nil
}

// bare takes the URL out of an error: its query may hold what logs should not.
func bare(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
