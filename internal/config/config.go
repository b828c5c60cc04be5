// Package config is the program's settings: one struct that flags, the environment and a file fill, in that order of
// strength, passed by value. Nothing else in the program reads the environment.
package config

import (
	"fmt"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"kaidian/internal/platform/blob"
)

// Shop is what every command needs: where the shop's data is and how to log.
type Shop struct {
	Data      string `default:"./data" type:"path" placeholder:"DIR" help:"Folder of the shop: the SQLite file, mail and files."`
	Database  string `placeholder:"URL" help:"postgres://user:password@host:port/name, or the path of a SQLite file. Default: shop.db in the data folder."`
	MasterKey string `placeholder:"KEY" help:"Master key from which all keys are derived, 32 characters or more. Default: one that the shop made for itself and keeps in its database."`
	LogLevel  string `default:"info" enum:"debug,info,warn,error" help:"Least level that is logged; debug logs every request."`
	LogFormat string `default:"text" enum:"text,json" help:"Form of the log lines."`
}

// Serve is what the server needs besides.
type Serve struct {
	Listen              string        `default:"127.0.0.1:9000" placeholder:"ADDR" help:"Address to listen on."`
	Demo                bool          `help:"Fill an empty shop with demo data. A shop that has data is left alone."`
	PublicURL           string        `placeholder:"URL" help:"Where people and clients reach this server. Default: http:// and the address listened on."`
	TLSCert             string        `type:"path" placeholder:"FILE" help:"Certificate for HTTPS, in PEM."`
	TLSKey              string        `type:"path" placeholder:"FILE" help:"Key of the certificate, in PEM."`
	StoreCORS           []string      `default:"http://localhost:*,http://127.0.0.1:*" placeholder:"ORIGIN,…" help:"Origins whose pages may call the Store API; a port of * is any port."`
	TrustedProxies      []string      `placeholder:"CIDR,…" help:"Networks of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed."`
	SMTP                string        `placeholder:"URL" help:"smtp://user:password@host:port; without it mail is written to the data folder."`
	MailFrom            string        `placeholder:"ADDR" help:"Sender of the shop's mail."`
	ResetURL            string        `placeholder:"URL" help:"The storefront's page for choosing a new password; the mail adds token and email to it."`
	MetricsToken        string        `placeholder:"TOKEN" help:"Bearer token that may read /metrics from elsewhere; without it only this machine may."`
	WebhookAllowPrivate bool          `help:"Let webhooks go to private, loopback and link-local addresses, and fetch pictures from there."`
	BlobS3              string        `name:"blob-s3" placeholder:"URL" help:"Bucket for files and pictures: s3://key:secret@host/bucket/prefix?region=…&insecure=true, better through the environment. Default: the folder files in the data folder."`
	CallLimit           int           `default:"100" help:"Calls that an app may make at once through the Open API."`
	CallLeak            float64       `default:"10" help:"Calls a second by which an app's count falls."`
	Cache               int           `default:"64" placeholder:"MB" help:"Memory for answers about the catalogue that are kept as they go out; 0 keeps none."`
	Timings             bool          `help:"Say in a Server-Timing header how many database statements a request took."`
	ShutdownTimeout     time.Duration `default:"20s" help:"How long requests in flight may take to finish when the server stops."`
}

// DSN gives the database to open.
func (s Shop) DSN() string {
	if s.Database != "" {
		return s.Database
	}
	return filepath.Join(s.Data, "shop.db")
}

// Validate reports the first setting that cannot be.
func (s Shop) Validate() error {
	if s.MasterKey != "" && len(s.MasterKey) < 32 {
		return fmt.Errorf("--master-key: must be 32 characters or more")
	}
	if strings.Contains(s.Database, "://") && !strings.HasPrefix(s.Database, "postgres://") && !strings.HasPrefix(s.Database, "postgresql://") {
		return fmt.Errorf("--database: only postgres:// URLs and paths of SQLite files are known")
	}
	return nil
}

// Validate reports the first setting that cannot be.
func (s Serve) Validate() error {
	if _, err := s.Proxies(); err != nil {
		return err
	}
	if (s.TLSCert == "") != (s.TLSKey == "") {
		return fmt.Errorf("--tls-cert and --tls-key go together")
	}
	if s.BlobS3 != "" {
		if _, err := blob.ParseS3(s.BlobS3); err != nil {
			return fmt.Errorf("--blob-s3: %w", err)
		}
	}
	for flag, value := range map[string]string{"--public-url": s.PublicURL, "--reset-url": s.ResetURL} {
		if u, err := url.Parse(value); value != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
			return fmt.Errorf("%s: must be an http or https URL", flag)
		}
	}
	for _, origin := range s.StoreCORS {
		u, err := url.Parse(strings.TrimSuffix(origin, ":*"))
		if err != nil || u.Host == "" || u.Path != "" {
			return fmt.Errorf("--store-cors: %q is no origin; write https://shop.example", origin)
		}
	}
	if s.Cache < 0 || s.Cache > 1<<20 {
		return fmt.Errorf("--cache must be 0 or a number of megabytes")
	}
	if s.CallLimit < 1 || s.CallLeak <= 0 {
		return fmt.Errorf("--call-limit and --call-leak must be above zero")
	}
	return nil
}

// Proxies gives the trusted networks.
func (s Serve) Proxies() ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, c := range s.TrustedProxies {
		p, err := netip.ParsePrefix(c)
		if err != nil {
			a, aerr := netip.ParseAddr(c)
			if aerr != nil {
				return nil, fmt.Errorf("--trusted-proxies: %q is no network; write 10.0.0.0/8", c)
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		out = append(out, p)
	}
	return out, nil
}
