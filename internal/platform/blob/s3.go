package blob

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// S3 says which bucket keeps the bytes, and how to reach it.
type S3 struct {
	Endpoint string // host, and port where it is not the usual one
	Bucket   string
	Prefix   string // of the keys; may be empty
	Region   string // "us-east-1" where the server does not care
	Key      string
	Secret   string
	Insecure bool // over plain HTTP
}

// errURL says nothing of the URL itself: it holds the secret.
var errURL = errors.New("must be s3://key:secret@host/bucket, perhaps with /prefix, ?region=… and &insecure=true behind it")

// ParseS3 reads s3://key:secret@host/bucket/prefix?region=…&insecure=true. Key and secret are escaped as in any URL. An
// error does not show them.
func ParseS3(text string) (S3, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "s3" || u.Host == "" || u.User == nil || u.Fragment != "" {
		return S3{}, errURL
	}
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return S3{}, errURL
	}
	secret, _ := u.User.Password()
	bucket, prefix, _ := strings.Cut(strings.Trim(u.Path, "/"), "/")
	s := S3{Endpoint: u.Host, Bucket: bucket, Prefix: prefix, Region: q.Get("region"), Key: u.User.Username(), Secret: secret}
	if s.Region == "" {
		s.Region = "us-east-1"
	}
	if v := q.Get("insecure"); v != "" {
		if s.Insecure, err = strconv.ParseBool(v); err != nil {
			return S3{}, errURL
		}
	}
	for name := range q {
		if name != "region" && name != "insecure" {
			return S3{}, errURL
		}
	}
	if s.Bucket == "" || s.Key == "" || s.Secret == "" {
		return S3{}, errURL
	}
	return s, nil
}

// bucket keeps bytes in one, under prefix/ab/cdef….
type bucket struct {
	core   *minio.Core
	name   string
	prefix string
}

// tries is how often a request is made that fails for no reason of ours.
const tries = 3

// NewS3 keeps bytes in a bucket, which must be there. It asks for nothing yet: that the server cannot be reached shows when
// bytes are put.
func NewS3(s S3) (Store, error) { return newS3(s, nil) }

func newS3(s S3, transport http.RoundTripper) (Store, error) {
	core, err := minio.NewCore(s.Endpoint, &minio.Options{Creds: credentials.NewStaticV4(s.Key, s.Secret, ""), Secure: !s.Insecure,
		Region: s.Region, MaxRetries: tries, Transport: transport})
	if err != nil {
		return nil, fmt.Errorf("the bucket for files: %w", err)
	}
	return &bucket{core: core, name: s.Bucket, prefix: s.Prefix}, nil
}

func (b *bucket) key(name string) string {
	folder, file := place(name)
	return path.Join(b.prefix, folder, file)
}

// Put keeps data unless it is there.
func (b *bucket) Put(ctx context.Context, data []byte) (string, error) {
	name := NameOf(data)
	info, err := b.core.StatObject(ctx, b.name, b.key(name), minio.StatObjectOptions{})
	if err == nil && info.Size == int64(len(data)) {
		return name, nil
	}
	return name, b.put(ctx, name, data)
}

// PutBeside keeps data beside another.
func (b *bucket) PutBeside(ctx context.Context, name, kind string, data []byte) (string, error) {
	full := Beside(name, kind)
	if full == "" {
		return "", fmt.Errorf("blob: nothing stands beside %q as %q", name, kind)
	}
	return full, b.put(ctx, full, data)
}

// put sends the bytes in one request that is signed with their sum: servers that know S3 by half know this.
func (b *bucket) put(ctx context.Context, name string, data []byte) error {
	_, err := b.core.PutObject(ctx, b.name, b.key(name), bytes.NewReader(data), int64(len(data)), "", NameOf(data),
		minio.PutObjectOptions{ContentType: "application/octet-stream", DisableContentSha256: true}) // of chunks: the whole has its sum
	return failed(ctx, err)
}

// Open asks for the object; its bytes come as they are read.
func (b *bucket) Open(ctx context.Context, name string) (io.ReadSeekCloser, int64, error) {
	if !ValidName(name) {
		return nil, 0, ErrNotFound
	}
	o, err := b.core.Client.GetObject(ctx, b.name, b.key(name), minio.GetObjectOptions{})
	if err != nil {
		return nil, 0, failed(ctx, err)
	}
	info, err := o.Stat()
	if err != nil {
		o.Close()
		return nil, 0, failed(ctx, err)
	}
	return o, info.Size, nil
}

// Delete removes the object.
func (b *bucket) Delete(ctx context.Context, name string) error {
	if !ValidName(name) {
		return nil
	}
	err := failed(ctx, b.core.RemoveObject(ctx, b.name, b.key(name), minio.RemoveObjectOptions{}))
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// failed puts the server's refusals into ours. That the caller gave up stays what it is.
func failed(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return errors.Join(ctx.Err(), err)
	case minio.ToErrorResponse(err).Code == minio.NoSuchKey:
		return ErrNotFound
	}
	return ErrUnavailable.Wrap(err)
}
