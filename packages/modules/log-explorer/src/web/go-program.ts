// The auditor's program in Go, by the libraries with which the go command itself checks logs. It is the one of
// docs/audit.md, byte for byte: a test compares the two, and another runs that one.

export const GO_PROGRAM = String.raw`// go run . LOG-ADDRESS VERIFIER-KEY [FILE-OF-AN-OLDER-CHECKPOINT]
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// tiles reads a log by the paths of c2sp.org/tlog-tiles.
type tiles struct{ address string }

func (t tiles) get(path string) ([]byte, error) {
	response, err := http.Get(t.address + "/" + path)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", path, response.Status)
	}
	return io.ReadAll(response.Body)
}

func (t tiles) Height() int                         { return 8 }
func (t tiles) SaveTiles(_ []tlog.Tile, _ [][]byte) {}
func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(wanted))
	for i, tile := range wanted {
		// Go writes tile/8/0/000 where tlog-tiles has tile/0/000.
		path := "tile/" + strings.TrimPrefix(tile.Path(), "tile/8/")
		var err error
		if data[i], err = t.get(path); err != nil {
			return nil, err
		}
	}
	return data, nil
}

// open verifies a checkpoint and gives its tree.
func open(signed []byte, key note.Verifier) (tlog.Tree, error) {
	checked, err := note.Open(signed, note.VerifierList(key))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(checked.Text, "\n")
	if len(lines) < 4 || lines[0] != key.Name() {
		return tlog.Tree{}, fmt.Errorf("not a checkpoint of %s", key.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	var tree tlog.Tree
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || copy(tree.Hash[:], root) != tlog.HashSize {
		return tlog.Tree{}, fmt.Errorf("not a checkpoint")
	}
	tree.N = size
	return tree, nil
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	source := tiles{strings.TrimSuffix(os.Args[1], "/")}
	key, err := note.NewVerifier(os.Args[2])
	must(err)
	signed, err := source.get("checkpoint")
	must(err)
	tree, err := open(signed, key)
	must(err)
	// Gives out no hash that does not lead to the signed root.
	hashes := tlog.TileHashReader(tree, source)

	for start := int64(0); start < tree.N; start += 256 {
		width := min(256, tree.N-start)
		tile := tlog.Tile{H: 8, L: -1, N: start / 256, W: int(width)}
		bundle, err := source.get("tile/entries/" + strings.TrimPrefix(tile.Path(), "tile/8/data/"))
		must(err)
		wanted := make([]int64, width)
		for i := range wanted {
			wanted[i] = tlog.StoredHashIndex(0, start+int64(i))
		}
		inTree, err := hashes.ReadHashes(wanted)
		must(err)
		for i := range wanted {
			length := int(binary.BigEndian.Uint16(bundle))
			if tlog.RecordHash(bundle[2:2+length]) != inTree[i] {
				log.Fatalf("entry %d is not the one in the signed tree", start+int64(i))
			}
			bundle = bundle[2+length:]
		}
		if len(bundle) != 0 {
			log.Fatalf("bundle %d is too long", start/256)
		}
	}
	fmt.Printf("%s: %d entries, each of them in the signed tree\n", key.Name(), tree.N)

	if len(os.Args) > 3 {
		kept, err := os.ReadFile(os.Args[3])
		must(err)
		older, err := open(kept, key)
		must(err)
		proof, err := tlog.ProveTree(tree.N, older.N, hashes)
		must(err)
		must(tlog.CheckTree(proof, tree.N, tree.Hash, older.N, older.Hash))
		fmt.Printf("it goes on from the %d entries seen earlier\n", older.N)
	}
}

func min(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}
`;
