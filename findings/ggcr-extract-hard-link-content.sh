#!/bin/sh
# Tool:     go-containerregistry 0.22.1, mutate.Extract (the flattened file system of an image)
# Expected: layer 1 has a file a and a hard link b to it; layer 2 has a new file a. When the layers are applied on disk, b
#           keeps the content of layer 1, because the new entry replaces the name a and not the file behind it.
# Happens:  the flattened archive contains the new file a and a link b to it, so b has the content of layer 2. The
#           archive no longer contains the content of layer 1.
# Date:     2026-11-28
set -eu
wanted=0.22.1
command -v go >/dev/null 2>&1 || { echo "skipped: go is not installed"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat >main.go <<'GO'
package main

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"os"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

type entry struct{ name, content, target string }

func layer(entries ...entry) v1.Layer {
	var buffer bytes.Buffer
	writer := tar.NewWriter(&buffer)
	for _, e := range entries {
		header := &tar.Header{Name: e.name, Mode: 0o644, Size: int64(len(e.content)), Typeflag: tar.TypeReg}
		if e.target != "" {
			header.Typeflag, header.Linkname = tar.TypeLink, e.target
		}
		must(writer.WriteHeader(header))
		_, err := writer.Write([]byte(e.content))
		must(err)
	}
	must(writer.Close())
	made, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(buffer.Bytes())), nil
	})
	must(err)
	return made
}

func main() {
	image, err := mutate.AppendLayers(empty.Image,
		layer(entry{"a", "layer 1", ""}, entry{"b", "", "a"}),
		layer(entry{"a", "layer 2", ""}))
	must(err)
	stream := mutate.Extract(image)
	defer stream.Close()
	reader := tar.NewReader(stream)
	for {
		header, err := reader.Next()
		if err == io.EOF {
			break
		}
		must(err)
		content, err := io.ReadAll(reader)
		must(err)
		fmt.Fprintf(os.Stdout, "%s content=%q link=%q\n", header.Name, content, header.Linkname)
	}
}
GO
go mod init example.test/finding >log 2>&1 || { cat log; exit 1; }
go get "github.com/google/go-containerregistry@v$wanted" >log 2>&1 && go mod tidy >log 2>&1 || { cat log; exit 1; }
echo "go-containerregistry $(go list -m -f '{{.Version}}' github.com/google/go-containerregistry)"
go run main.go >seen
cat seen
[ "$(sort seen)" = 'a content="layer 2" link=""
b content="" link="a"' ]
echo "behaviour as described: b is a link to the new a"
