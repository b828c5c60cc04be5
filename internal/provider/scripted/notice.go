package scripted

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"kaidian/internal/commerce/payment"
)

// SignatureHeader has the HMAC-SHA256 of a notice's body under the secret, in hexadecimal.
const SignatureHeader = "X-Scripted-Signature"

// Message is a notice as it is sent.
type Message struct {
	Header http.Header
	Body   []byte
}

// Forged gives the message with the signature of somebody who does not know the secret.
func (m Message) Forged() Message {
	m.Header = m.Header.Clone()
	m.Header.Set(SignatureHeader, sign([]byte("a guess"), m.Body))
	return m
}

// Message makes a signed notice of how a payment stands now. It panics when there is no such payment. A test that wants notices
// out of order makes them in order and posts them otherwise.
func (p *Provider) Message(reference string) Message {
	var body []byte
	p.at(reference, func(a *Account) {
		p.notices++
		said := a.answer()
		body, _ = json.Marshal(map[string]any{ // of texts and integers
			"id": fmt.Sprintf("notice_%06d", p.notices), "reference": a.Reference, "state": string(said.State), "amount": said.Amount,
			"currency": a.Currency, "cart": a.CartID, "session": a.SessionID,
		})
	})
	return Message{
		Header: http.Header{"Content-Type": {"application/json"}, SignatureHeader: {sign(p.o.Secret, body)}},
		Body:   body,
	}
}

// Post sends messages to an address, one after the other in this order, and gives the statuses that came back.
func Post(ctx context.Context, client *http.Client, address string, messages ...Message) ([]int, error) {
	var statuses []int
	for _, m := range messages {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(m.Body))
		if err != nil {
			return statuses, err
		}
		req.Header = m.Header.Clone()
		res, err := client.Do(req)
		if err != nil {
			return statuses, err
		}
		_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<20)) // so that the connection serves again
		_ = res.Body.Close()
		statuses = append(statuses, res.StatusCode)
	}
	return statuses, nil
}

// Notice reads a notice. Its reply is "success" in plain text. Fault: payment.ErrSignature.
func (p *Provider) Notice(_ context.Context, header http.Header, body []byte) (payment.Notice, error) {
	if !hmac.Equal([]byte(header.Get(SignatureHeader)), []byte(sign(p.o.Secret, body))) {
		return payment.Notice{}, payment.ErrSignature
	}
	var m struct {
		ID, Reference, Currency, Cart, Session string
		State                                  payment.State
		Amount                                 int64
	}
	if err := json.Unmarshal(body, &m); err != nil {
		return payment.Notice{}, fmt.Errorf("read a notice: %w", err)
	}
	return payment.Notice{
		ID: m.ID, Answer: payment.Answer{State: m.State, Reference: m.Reference, Amount: m.Amount}, Currency: m.Currency,
		SessionID: m.Session, CartID: m.Cart, Reply: []byte("success"), ReplyType: "text/plain; charset=utf-8",
	}, nil
}

func sign(secret, body []byte) string {
	h := hmac.New(sha256.New, secret)
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil))
}
