package main

import (
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// passwordRounds is what OWASP advises for PBKDF2 with SHA-256.
const passwordRounds = 600_000

// nobodysHash is a hash that no password has. It is checked if there is no user, so that the answer takes as long.
var nobodysHash = fmt.Sprintf("pbkdf2-sha256$%d$%x$%x", passwordRounds, make([]byte, 16), make([]byte, sha256.Size))

// hashPassword returns what is kept of a password.
func hashPassword(password string, rounds int) (string, error) {
	salt := make([]byte, 16)
	rand.Read(salt)
	key, err := pbkdf2.Key(sha256.New, password, salt, rounds, sha256.Size)
	return fmt.Sprintf("pbkdf2-sha256$%d$%x$%x", rounds, salt, key), err
}

// checkPassword reports whether hash is what hashPassword made of the password.
func checkPassword(hash, password string) bool {
	parts := strings.Split(hash, "$")
	if len(parts) != 4 || parts[0] != "pbkdf2-sha256" {
		return false
	}
	rounds, err := strconv.Atoi(parts[1])
	if err != nil {
		return false
	}
	salt, err := hex.DecodeString(parts[2])
	if err != nil {
		return false
	}
	key, err := pbkdf2.Key(sha256.New, password, salt, rounds, sha256.Size)
	return err == nil && subtle.ConstantTimeCompare([]byte(hex.EncodeToString(key)), []byte(parts[3])) == 1
}
