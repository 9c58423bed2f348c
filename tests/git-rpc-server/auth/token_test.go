package auth

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var signedAt = time.Unix(1700000000, 0)

func TestTokenHasTheDocumentedForm(t *testing.T) {
	// printf 1700000000 | openssl dgst -sha256 -hmac secret
	const want = "v2.4b227f8831b3763d066901751ad4c583ed08832bf1924a4ec50c2e871b1e8586.1700000000"
	if got := Token([]byte("secret"), signedAt); got != want {
		t.Errorf("Token = %s, want %s", got, want)
	}
}

func TestCheckTellsMalformedWrongAndExpiredApart(t *testing.T) {
	secret := []byte("secret")
	valid := Token(secret, signedAt)
	for _, test := range []struct {
		name  string
		token string
		now   time.Time
		want  error
	}{
		{"valid", valid, signedAt, nil},
		{"30 s old", valid, signedAt.Add(30 * time.Second), nil},
		{"31 s old", valid, signedAt.Add(31 * time.Second), errExpired},
		{"30 s ahead", valid, signedAt.Add(-30 * time.Second), nil},
		{"31 s ahead", valid, signedAt.Add(-31 * time.Second), errExpired},
		{"other secret", Token([]byte("other"), signedAt), signedAt, errWrong},
		{"other time", strings.Replace(valid, ".1700000000", ".1700000001", 1), signedAt, errWrong},
		{"empty", "", signedAt, errMalformed},
		{"version 1", "v1" + valid[2:], signedAt, errMalformed},
		{"two parts", "v2.1700000000", signedAt, errMalformed},
		{"no hex", "v2.zz.1700000000", signedAt, errMalformed},
		{"short signature", "v2.abcd.1700000000", signedAt, errMalformed},
		{"no number", valid[:len(valid)-1] + "x", signedAt, errMalformed},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := check(secret, test.token, test.now); !errors.Is(err, test.want) {
				t.Errorf("check = %v, want %v", err, test.want)
			}
		})
	}
}

func TestReadSecretDropsTheLineEndAndRefusesAnEmptyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret")
	for _, test := range []struct {
		content, want string
		wantErr       bool
	}{
		{"secret\n", "secret", false},
		{"secret", "secret", false},
		{"\n", "", true},
	} {
		if err := os.WriteFile(path, []byte(test.content), 0o600); err != nil {
			t.Fatal(err)
		}
		secret, err := ReadSecret(path)
		if string(secret) != test.want || (err != nil) != test.wantErr {
			t.Errorf("ReadSecret of %q = %q, %v", test.content, secret, err)
		}
	}
	if secret, err := ReadSecret(""); secret != nil || err != nil {
		t.Errorf("ReadSecret of no file = %q, %v", secret, err)
	}
}
