package transfer

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// maxRecord bounds one record of a CSV file in bytes, and so what an unclosed quote can swallow.
const maxRecord = 4 << 20

// record is one row of a CSV file. Err says why it could not be read; then Fields has its raw text only.
type record struct {
	Line   int // where it begins, from 1
	Fields []string
	Err    error
}

// records reads a CSV file row by row, whatever is wrong with some of them: a row that cannot be read costs that row, and
// reading goes on at the next line.
type records struct {
	in   *bufio.Reader
	line int    // of what is read next
	left []byte // lines that were read as part of a broken record, to be read again
}

// newRecords reads from r. Encoding is "utf-8", the default, or "gb18030", which spreadsheets in Chinese write.
func newRecords(r io.Reader, encoding string) (*records, error) {
	switch strings.ToLower(encoding) {
	case "", "utf-8", "utf8":
	case "gb18030", "gbk", "gb2312":
		r = simplifiedchinese.GB18030.NewDecoder().Reader(r)
	default:
		return nil, fmt.Errorf("unknown encoding %q: utf-8 and gb18030 are known", encoding)
	}
	in := bufio.NewReaderSize(r, 64<<10)
	if head, _ := in.Peek(3); bytes.Equal(head, []byte("\ufeff")) {
		in.Discard(3) //nolint:errcheck // it was peeked
	}
	return &records{in: in, line: 1}, nil
}

// errUnclosed says that a quote is not closed within maxRecord.
var errUnclosed = errors.New("a quote is not closed")

// next gives the next row that is not empty, or io.EOF. Any other error is the reader's.
func (r *records) next() (record, error) {
	for {
		at := r.line
		raw, err := r.whole()
		if err != nil {
			return record{}, err
		}
		if len(bytes.TrimRight(raw, "\r\n")) == 0 {
			continue
		}
		return parseRecord(at, raw)
	}
}

// whole takes the lines of one record: until its quotes are closed. When they never are, it takes the first line alone
// and keeps the others to be read again.
func (r *records) whole() ([]byte, error) {
	first, err := r.physical(maxRecord)
	if err != nil {
		return nil, err
	}
	r.line++
	if bytes.Count(first, []byte{'"'})%2 == 0 {
		return first, nil
	}
	all := bytes.Clone(first)
	quotes := bytes.Count(first, []byte{'"'})
	for quotes%2 == 1 {
		line, err := r.physical(maxRecord - len(all))
		if errors.Is(err, io.EOF) || errors.Is(err, bufio.ErrTooLong) {
			r.left = append(bytes.Clone(all[len(first):]), r.left...)
			return first, nil
		}
		if err != nil {
			return nil, err
		}
		all = append(all, line...)
		quotes += bytes.Count(line, []byte{'"'})
	}
	r.line += bytes.Count(all, []byte{'\n'}) - bytes.Count(first, []byte{'\n'})
	return all, nil
}

// physical takes one line with its end. A line over the limit is bufio.ErrTooLong and stays to be read; one over
// maxRecord is cut there.
func (r *records) physical(limit int) ([]byte, error) {
	if i := bytes.IndexByte(r.left, '\n'); i >= 0 || len(r.left) > maxRecord {
		if i < 0 {
			i = maxRecord
		}
		if i+1 > limit {
			return nil, bufio.ErrTooLong
		}
		line := r.left[:i+1]
		r.left = r.left[i+1:]
		return line, nil
	}
	line := r.left
	r.left = nil
	for len(line) <= maxRecord {
		part, err := r.in.ReadSlice('\n')
		line = append(line, part...)
		if err == nil {
			break
		}
		if errors.Is(err, io.EOF) {
			if len(line) == 0 {
				return nil, io.EOF
			}
			break
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return nil, err
		}
	}
	if len(line) > limit {
		r.left = line
		return nil, bufio.ErrTooLong
	}
	return line, nil
}

// parseRecord splits one record into its fields.
func parseRecord(at int, raw []byte) (record, error) {
	out := record{Line: at}
	refuse := func(err error) (record, error) {
		out.Fields, out.Err = []string{strings.TrimRight(strings.ToValidUTF8(string(raw), "\ufffd"), "\r\n")}, err
		return out, nil
	}
	if !utf8.Valid(raw) || bytes.IndexByte(raw, 0) >= 0 {
		return refuse(errors.New("the text is not UTF-8; save the file as UTF-8, or say --encoding gb18030"))
	}
	c := csv.NewReader(bytes.NewReader(raw))
	c.FieldsPerRecord = -1
	fields, err := c.Read()
	if err == nil {
		out.Fields = fields
		return out, nil
	}
	if bytes.Count(raw, []byte{'"'})%2 == 1 {
		return refuse(errUnclosed)
	}
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		err = parse.Err
	}
	return refuse(fmt.Errorf("the row is not CSV: %w", err))
}
