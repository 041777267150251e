// Verifies messages as a receiver would, with the library of Standard Webhooks for Go: each file holds the headers, the body and the public key.
// A message of which one letter was changed, and one under another's key, must not hold.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

type message struct {
	Headers   map[string]string `json:"headers"`
	Body      string            `json:"body"`
	PublicKey string            `json:"public_key"`
	OtherKey  string            `json:"other_key"`
}

func die(why string, err error) {
	fmt.Fprintln(os.Stderr, why, err)
	os.Exit(1)
}

func main() {
	if len(os.Args) < 2 {
		die("no messages are given", nil)
	}
	for _, path := range os.Args[1:] {
		text, err := os.ReadFile(path)
		if err != nil {
			die(path, err)
		}
		var m message
		if err := json.Unmarshal(text, &m); err != nil {
			die(path, err)
		}
		headers := http.Header{}
		for name, value := range m.Headers {
			headers.Set(name, value)
		}
		own, err := standardwebhooks.NewWebhookAsymmetric(&m.PublicKey, nil)
		if err != nil {
			die(path, err)
		}
		// The clock of a test stands; what is checked here is the signature.
		if err := own.VerifyIgnoringTimestamp([]byte(m.Body), headers); err != nil {
			die(path, err)
		}
		if own.VerifyIgnoringTimestamp([]byte(m.Body+" "), headers) == nil {
			die(path, fmt.Errorf("a changed body holds"))
		}
		other, err := standardwebhooks.NewWebhookAsymmetric(&m.OtherKey, nil)
		if err != nil {
			die(path, err)
		}
		if other.VerifyIgnoringTimestamp([]byte(m.Body), headers) == nil {
			die(path, fmt.Errorf("it holds under another key"))
		}
	}
	fmt.Printf("%d messages verified by the Standard Webhooks library for Go\n", len(os.Args)-1)
}
