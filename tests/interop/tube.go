// A tube: its input goes into TLS, and what comes out of TLS is its output. When the input ends it
// sends close_notify; an end of the output without one is an error.
//
//	tube PORT AUTHORITY.pem VERSION
package main

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"os"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	versions := map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}
	version := versions[os.Args[3]]
	pem, err := os.ReadFile(os.Args[2])
	check(err)
	authorities := x509.NewCertPool()
	authorities.AppendCertsFromPEM(pem)

	server, err := tls.Dial("tcp", "localhost:"+os.Args[1], &tls.Config{
		RootCAs:    authorities,
		MinVersion: version,
		MaxVersion: version,
	})
	check(err)
	go func() {
		_, err := io.Copy(server, os.Stdin)
		check(err)
		check(server.CloseWrite())
	}()
	_, err = io.Copy(os.Stdout, server)
	check(err)
}
