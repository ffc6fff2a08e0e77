// One file to its Report, with Go's own library: API=https://... KEY=... go run read.go invoice.pdf
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

type link struct {
	Method, URL, Location string
	Headers               map[string]string
}

type problem struct{ Code, Detail, Hint string }

type report struct {
	Status   string
	Verdict  *string
	Invoices []struct {
		Invoice struct {
			Number     *string `json:"invoice_number"`
			GrandTotal *string `json:"grand_total"`
			Seller     struct{ Name *string }
		}
	}
}

// ofAPI asks and takes the answer apart; a problem says what to do next.
func ofAPI(method, path, mediaType string, body []byte, into any) (*http.Response, error) {
	request, err := http.NewRequest(method, os.Getenv("API")+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+os.Getenv("KEY"))
	request.Header.Set("Content-Type", mediaType)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	var told problem
	if json.Unmarshal(answer, &told) == nil && told.Hint != "" {
		return nil, fmt.Errorf("%d %s: %s. %s", response.StatusCode, told.Code, told.Detail, told.Hint)
	}
	return response, json.Unmarshal(answer, into)
}

func read(file string) (found report, err error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return found, err
	}
	if len(content) <= 4_000_000 {
		_, err = ofAPI("POST", "/v1/invoices", "application/octet-stream", content, &found)
		return found, err
	}
	wanted, _ := json.Marshal(map[string]any{"name": filepath.Base(file), "size": len(content)})
	var upload link
	if _, err = ofAPI("POST", "/v1/uploads", "application/json", wanted, &upload); err != nil {
		return found, err
	}
	if err = send(upload, content); err != nil {
		return found, err
	}
	for {
		response, err := ofAPI("GET", upload.Location, "application/json", nil, &found)
		if err != nil || response.StatusCode != http.StatusAccepted {
			return found, err
		}
		seconds, _ := strconv.Atoi(response.Header.Get("Retry-After"))
		time.Sleep(time.Duration(seconds) * time.Second)
	}
}

func send(upload link, content []byte) error {
	request, err := http.NewRequest(upload.Method, upload.URL, bytes.NewReader(content))
	if err != nil {
		return err
	}
	for name, value := range upload.Headers {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the upload was refused: %s", response.Status)
	}
	return nil
}

func text(value *string) string {
	if value == nil {
		return "-"
	}
	return *value
}

func main() {
	found, err := read(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(found.Status, text(found.Verdict))
	for _, each := range found.Invoices {
		fmt.Println(text(each.Invoice.Number), text(each.Invoice.Seller.Name), text(each.Invoice.GrandTotal))
	}
}
