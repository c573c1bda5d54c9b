// Makes a log with Go's golang.org/x/mod/sumdb: notes, tiles and proofs, for our own library to check.
// Usage: make FOLDER NAME SIZE OLD-SIZE SEED. Every byte follows from the arguments.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"log"
	"math/rand"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func number(i int) int64 {
	n, err := strconv.ParseInt(os.Args[i], 10, 64)
	must(err)
	return n
}

// path gives the name that c2sp.org/tlog-tiles has for a tile of Go's.
func path(tile tlog.Tile) string {
	return "tile/" + strings.Replace(strings.TrimPrefix(tile.Path(), "tile/8/"), "data/", "entries/", 1)
}

func main() {
	folder, name := os.Args[1], os.Args[2]
	size, oldSize := number(3), number(4)
	random := rand.New(rand.NewSource(number(5)))

	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			hashes[i] = stored[index]
		}
		return hashes, nil
	})
	entries := make([][]byte, size)
	for i := range entries {
		entries[i] = make([]byte, random.Intn(300))
		random.Read(entries[i])
		hashes, err := tlog.StoredHashes(int64(i), entries[i], reader)
		must(err)
		stored = append(stored, hashes...)
	}
	write := func(path string, content []byte) {
		file := filepath.Join(folder, filepath.FromSlash(path))
		must(os.MkdirAll(filepath.Dir(file), 0o755))
		must(os.WriteFile(file, content, 0o644))
	}
	for _, tile := range tlog.NewTiles(8, 0, size) {
		content, err := tlog.ReadTileData(tile, reader)
		must(err)
		write(path(tile), content)
		if tile.L == 0 {
			var bundle []byte
			for i := tile.N * 256; i < tile.N*256+int64(tile.W); i++ {
				bundle = binary.BigEndian.AppendUint16(bundle, uint16(len(entries[i])))
				bundle = append(bundle, entries[i]...)
			}
			tile.L = -1
			write(path(tile), bundle)
		}
	}

	seed := make([]byte, 32)
	random.Read(seed)
	skey, vkey, err := note.GenerateKey(bytes.NewReader(seed), name)
	must(err)
	signer, err := note.NewSigner(skey)
	must(err)
	sign := func(size int64) (string, tlog.Hash) {
		root, err := tlog.TreeHash(size, reader)
		must(err)
		text := fmt.Sprintf("%s\n%d\n%s\n", name, size, base64.StdEncoding.EncodeToString(root[:]))
		signed, err := note.Sign(&note.Note{Text: text}, signer)
		must(err)
		return string(signed), root
	}
	newest, _ := sign(size)
	older, _ := sign(oldSize)
	write("checkpoint", []byte(newest))

	index := random.Int63n(size)
	inclusion, err := tlog.ProveRecord(size, index, reader)
	must(err)
	consistency, err := tlog.ProveTree(size, oldSize, reader)
	must(err)
	facts, err := json.Marshal(map[string]any{
		"skey": skey, "vkey": vkey, "older": older, "index": index,
		"entry": entries[index], "inclusion": inclusion, "consistency": consistency,
	})
	must(err)
	fmt.Println(string(facts))
}
