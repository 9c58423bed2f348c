// Package auth makes and checks version 2 tokens: "v2.<hex HMAC-SHA256(secret, ts)>.<ts>", ts in Unix seconds.
package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// validity is how far a token's time may lie from the server's, either way.
const validity = 30 * time.Second

var (
	errMalformed = errors.New("malformed token")
	errWrong     = errors.New("wrong token")
	errExpired   = errors.New("token has expired")
)

// Token signs the given moment.
func Token(secret []byte, at time.Time) string {
	ts := strconv.FormatInt(at.Unix(), 10)
	return "v2." + hex.EncodeToString(sign(secret, ts)) + "." + ts
}

func check(secret []byte, token string, now time.Time) error {
	parts := strings.Split(token, ".")
	if len(parts) != 3 || parts[0] != "v2" {
		return errMalformed
	}
	signature, err := hex.DecodeString(parts[1])
	if err != nil || len(signature) != sha256.Size {
		return errMalformed
	}
	ts, err := strconv.ParseInt(parts[2], 10, 64)
	if err != nil {
		return errMalformed
	}
	// The signature comes first: only who holds the secret may learn that a token is merely old.
	if !hmac.Equal(signature, sign(secret, parts[2])) {
		return errWrong
	}
	if age := now.Sub(time.Unix(ts, 0)); age > validity || age < -validity {
		return errExpired
	}
	return nil
}

func sign(secret []byte, ts string) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(ts))
	return mac.Sum(nil)
}

// ReadSecret reads a secret file, without the line end an editor leaves. No file means no authentication: nil.
func ReadSecret(path string) ([]byte, error) {
	if path == "" {
		return nil, nil
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("auth secret: %w", err)
	}
	secret := strings.TrimRight(string(content), "\r\n")
	if secret == "" {
		return nil, fmt.Errorf("auth secret: %s is empty", path)
	}
	return []byte(secret), nil
}
