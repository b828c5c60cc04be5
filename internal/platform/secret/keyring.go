package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// MasterSize is the size of a master key, and of every key derived from it, in bytes.
const MasterSize = 32

// sealVersion is the first byte of a sealed value: AES-256-GCM, a 12-byte random nonce before the ciphertext.
const sealVersion = 1

// urlBase64 refuses bits that no byte needs, so that one value has one spelling.
var urlBase64 = base64.RawURLEncoding.Strict()

// Keyring derives a key per purpose from one master key. A purpose is a short constant of the program, such as
// "session-cookie"; different purposes give independent keys. It is safe for concurrent use.
type Keyring struct {
	master [MasterSize]byte
}

// NewKeyring makes a keyring. The master must be MasterSize random bytes; the caller may wipe it afterwards.
func NewKeyring(master []byte) (*Keyring, error) {
	if len(master) != MasterSize {
		return nil, fmt.Errorf("secret: a master key has %d bytes, not %d", MasterSize, len(master))
	}
	k := new(Keyring)
	copy(k.master[:], master)
	return k, nil
}

// String keeps the master key out of logs.
func (k *Keyring) String() string { return "secret.Keyring" }

// GoString keeps the master key out of debugging output.
func (k *Keyring) GoString() string { return k.String() }

// Key gives the purpose's key of MasterSize bytes, the same each time. It costs a few microseconds: keep the result
// rather than ask per request.
func (k *Keyring) Key(purpose string) []byte { return k.derive("key", purpose) }

// derive separates the keys handed out from the keys that seal, so that no use of the former harms the latter.
func (k *Keyring) derive(use, purpose string) []byte {
	key, err := hkdf.Key(sha256.New, k.master[:], nil, "kaidian/"+use+"/"+purpose, MasterSize)
	if err != nil { // only for lengths beyond 8160 bytes
		panic("secret: " + err.Error())
	}
	return key
}

// Seal encrypts plaintext so that only Open with the same purpose and master reads it, and notices any change to
// it. The result is URL-safe text, 39 characters longer than the plaintext in base64. Seal at most 2³² values per
// purpose: nonces are random.
func (k *Keyring) Seal(purpose string, plaintext []byte) string {
	sealed := k.cipher(purpose).Seal([]byte{sealVersion}, nil, plaintext, []byte(purpose))
	return urlBase64.EncodeToString(sealed)
}

// Open gives back what Seal was given. Anything else is ErrBadSeal.
func (k *Keyring) Open(purpose, sealed string) ([]byte, error) {
	if strings.ContainsAny(sealed, "\r\n") { // the decoder would skip them
		return nil, ErrBadSeal.Wrap(errors.New("line break"))
	}
	raw, err := urlBase64.DecodeString(sealed)
	if err != nil {
		return nil, ErrBadSeal.Wrap(err)
	}
	if len(raw) == 0 || raw[0] != sealVersion {
		return nil, ErrBadSeal.Wrap(errors.New("unknown version"))
	}
	plaintext, err := k.cipher(purpose).Open(nil, nil, raw[1:], []byte(purpose))
	if err != nil {
		return nil, ErrBadSeal.Wrap(err)
	}
	return plaintext, nil
}

// cipher gives the purpose's AEAD, which draws its nonce itself and carries it before the ciphertext.
func (k *Keyring) cipher(purpose string) cipher.AEAD {
	block, err := aes.NewCipher(k.derive("seal", purpose))
	if err != nil { // only for keys of another length
		panic("secret: " + err.Error())
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil { // only for blocks of another size
		panic("secret: " + err.Error())
	}
	return aead
}
