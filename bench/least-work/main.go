// The least work that uploads a folder and makes a dataset of it: for each file a sha256, a presign and a form, ten at once.
// No retries, no limits, no journal, no checks. Prints what it cost as JSON.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

const atOnce = 10

var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: atOnce}}

func post(url, contentType string, body []byte) ([]byte, error) {
	request, err := http.NewRequest("POST", url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", contentType)
	if contentType == "application/json" {
		request.Header.Set("X-Avala-Api-Key", os.Getenv("AVALA_API_KEY"))
	}
	reply, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer reply.Body.Close()
	text, err := io.ReadAll(reply.Body)
	if err == nil && reply.StatusCode >= 300 {
		err = fmt.Errorf("status %d: %s", reply.StatusCode, text)
	}
	return text, err
}

func call(path string, body map[string]any) ([]byte, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	return post(os.Getenv("AVALA_BASE_URL")+"/datasets/manual-upload/"+path, "application/json", text)
}

func send(root, path, dataset string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	_ = sha256.Sum256(content)
	name, err := filepath.Rel(root, path)
	if err != nil {
		return err
	}
	text, err := call("file-upload-url/", map[string]any{
		"dataset_name": dataset, "file_path_in_dataset": filepath.ToSlash(name), "content_length": len(content),
	})
	if err != nil {
		return err
	}
	var target struct {
		URL    string
		Fields map[string]string
	}
	if err := json.Unmarshal(text, &target); err != nil {
		return err
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for key, value := range target.Fields {
		_ = form.WriteField(key, value)
	}
	part, err := form.CreateFormFile("file", filepath.Base(path))
	if err != nil {
		return err
	}
	_, _ = part.Write(content)
	_ = form.Close()
	_, err = post(target.URL, form.FormDataContentType(), body.Bytes())
	return err
}

func main() {
	root, dataset := os.Args[1], os.Args[2]
	started, files := time.Now(), 0
	paths := make(chan string)
	var workers sync.WaitGroup
	for range atOnce {
		workers.Go(func() {
			for path := range paths {
				if err := send(root, path, dataset); err != nil {
					log.Fatal(path, ": ", err)
				}
			}
		})
	}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			files++
			paths <- path
		}
		return err
	})
	close(paths)
	workers.Wait()
	if err == nil {
		_, err = call("", map[string]any{
			"name": dataset, "slug": dataset, "data_type": "image", "visibility": "private", "create_metadata": true,
		})
	}
	if err != nil {
		log.Fatal(err)
	}
	var used syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &used)
	cpu := time.Duration(used.Utime.Nano() + used.Stime.Nano())
	fmt.Printf("{\"files\":%d,\"durationMs\":%d,\"cpuMs\":%d,\"peakBytes\":%d}\n",
		files, time.Since(started).Milliseconds(), cpu.Milliseconds(), used.Maxrss*1024)
}
