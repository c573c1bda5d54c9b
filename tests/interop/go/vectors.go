// Runs the test vectors of the ledger by golang.org/x/mod/sumdb and crypto/ed25519.
// Usage: vectors FOLDER. Prints one line for each: file, tab, name, tab, accept or refuse.
package main

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type vector struct {
	Name      string
	Index     int64
	Size      int64
	OldSize   int64
	LeafHash  []byte
	Root      []byte
	OldRoot   []byte
	Proof     [][]byte
	Note      string
	Keys      []string
	Path      string
	Key       []byte
	Message   []byte
	Signature []byte
	Base64    *string
}

func hash(b []byte) (h tlog.Hash) {
	copy(h[:], b)
	return h
}

// whole tells whether every hash has 32 bytes: Go's type of a hash has no other length.
func whole(all ...[]byte) bool {
	for _, b := range all {
		if len(b) != tlog.HashSize {
			return false
		}
	}
	return true
}

func hashes(all [][]byte) []tlog.Hash {
	var list []tlog.Hash
	for _, b := range all {
		list = append(list, hash(b))
	}
	return list
}

func run(file string, v vector) (accept bool) {
	// The package refuses some sizes with a panic.
	defer func() {
		if recover() != nil {
			accept = false
		}
	}()
	switch file {
	case "encodings":
		_, err := base64.StdEncoding.Strict().DecodeString(*v.Base64)
		return err == nil
	case "ed25519":
		return len(v.Key) == ed25519.PublicKeySize && ed25519.Verify(v.Key, v.Message, v.Signature)
	case "inclusion":
		return whole(v.LeafHash, v.Root) && whole(v.Proof...) &&
			tlog.CheckRecord(hashes(v.Proof), v.Size, hash(v.Root), v.Index, hash(v.LeafHash)) == nil
	case "consistency":
		return whole(v.OldRoot, v.Root) && whole(v.Proof...) &&
			tlog.CheckTree(hashes(v.Proof), v.Size, hash(v.Root), v.OldSize, hash(v.OldRoot)) == nil
	case "notes":
		var verifiers []note.Verifier
		for _, key := range v.Keys {
			verifier, err := note.NewVerifier(key)
			if err != nil {
				log.Fatal(err)
			}
			verifiers = append(verifiers, verifier)
		}
		_, err := note.Open([]byte(v.Note), note.VerifierList(verifiers...))
		return err == nil
	case "tile-paths":
		path, found := cutPrefix(v.Path, "tile/")
		if !found {
			return false
		}
		if rest, entries := cutPrefix(path, "entries/"); entries {
			path = "data/" + rest
		}
		tile, err := tlog.ParseTilePath("tile/8/" + path)
		return err == nil && tile.H == 8
	}
	panic(file)
}

func main() {
	for _, file := range []string{"encodings", "ed25519", "inclusion", "consistency", "notes", "tile-paths"} {
		content, err := os.ReadFile(filepath.Join(os.Args[1], file+".json"))
		if err != nil {
			log.Fatal(err)
		}
		var vectors []json.RawMessage
		if err := json.Unmarshal(content, &vectors); err != nil {
			log.Fatal(err)
		}
		for _, raw := range vectors {
			var v vector
			if err := json.Unmarshal(raw, &v); err != nil {
				log.Fatal(err)
			}
			if file == "encodings" && v.Base64 == nil {
				continue
			}
			answer := "refuse"
			if run(file, v) {
				answer = "accept"
			}
			fmt.Printf("%s\t%s\t%s\n", file, v.Name, answer)
		}
	}
}

// As in the library from Go 1.20 on.
func cutPrefix(text, prefix string) (string, bool) {
	if !strings.HasPrefix(text, prefix) {
		return text, false
	}
	return text[len(prefix):], true
}
