package imds

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

const page404 = `<?xml version="1.0" encoding="iso-8859-1"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
		 "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
 <head>
  <title>404 - Not Found</title>
 </head>
 <body>
  <h1>404 - Not Found</h1>
 </body>
</html>
`

// The answers of the real service, from the captures of the fidelity notes.
// Names and times differ where the captures hide them; $TOKEN stands for a token that the answer or the request carries.
const (
	tail        = "Server: EC2ws\r\nConnection: close\r\n"
	emptyTail   = "Content-Length: 0\r\n" + testDate + tail + "Content-Type: text/plain\r\n\r\n"
	ok          = "HTTP/1.1 200 OK\r\n"
	ttlName     = "X-Aws-Ec2-Metadata-Token-Ttl-Seconds: "
	contentHead = "Content-Type: text/plain\r\nAccept-Ranges: none\r\nLast-Modified: Mon, 02 Oct 2023 14:05:18 GMT\r\n"
)

func TestCaptures(t *testing.T) {
	t.Parallel()
	if len(page404) != 339 {
		t.Fatalf("the page of cap:8 has %d bytes, want 339", len(page404))
	}
	plain := Settings{}
	required := Settings{TokensRequired: true}
	disabled := Settings{EndpointDisabled: true}
	runGoldens(t, testTree(), []golden{
		{
			"cap:1 listing with a new token", plain, 0,
			get("/latest/meta-data/", "X-aws-ec2-metadata-token: $TOKEN"),
			ok + ttlName + "21600\r\n" + contentHead + "Content-Length: 320\r\n" + testDate + tail + "\r\n" + testListing,
		},
		{
			"cap:1 leaf 25 s later", plain, 25 * time.Second,
			get("/latest/meta-data/mac", "X-aws-ec2-metadata-token: $TOKEN"),
			ok + ttlName + "21575\r\n" + contentHead + "Content-Length: 17\r\n" + testDate + tail + "\r\n02:29:96:8f:6a:2d",
		},
		{
			"cap:2 and cap:3, leaf without a token", plain, 0,
			get("/latest/meta-data/mac"),
			ok + contentHead + "Content-Length: 17\r\n" + testDate + tail + "\r\n02:29:96:8f:6a:2d",
		},
		{
			"cap:5 remaining seconds are rounded up", required, 81*time.Second + time.Millisecond,
			get("/latest/meta-data/mac", "x-aws-ec2-metadata-token:$TOKEN"),
			ok + ttlName + "21519\r\n" + contentHead + "Content-Length: 17\r\n" + testDate + tail + "\r\n02:29:96:8f:6a:2d",
		},
		{
			"cap:6 token", required, 0,
			compose("PUT", "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: 21600"),
			ok + ttlName + "21600\r\nContent-Length: 56\r\n" + testDate + tail + "Content-Type: text/plain\r\n\r\n$TOKEN",
		},
		{
			"cap:7 no token where one is needed", required, 0,
			get("/"),
			"HTTP/1.1 401 " + http.StatusText(http.StatusUnauthorized) + "\r\n" + emptyTail,
		},
		{
			"cap:8 and cap:9, nothing there", plain, 0,
			get("/latest/meta-data/iam/security-credentials/"),
			"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 339\r\n" + testDate + tail + "\r\n" + page404,
		},
		{
			"nothing there, with a token", plain, 0,
			get("/latest/meta-data/iam/security-credentials/", "X-aws-ec2-metadata-token: $TOKEN"),
			"HTTP/1.1 404 Not Found\r\n" + ttlName + "21600\r\nContent-Type: text/html\r\nContent-Length: 339\r\n" + testDate + tail + "\r\n" + page404,
		},
		{
			"cap:9 GET with X-Forwarded-For", plain, 0,
			get("/latest/meta-data/mac", "X-Forwarded-For: 10.0.0.1"),
			ok + contentHead + "Content-Length: 17\r\n" + testDate + tail + "\r\n02:29:96:8f:6a:2d",
		},
		{
			"cap:9 PUT with X-Forwarded-For", plain, 0,
			compose("PUT", "/latest/api/token", "x-forwarded-for: 10.0.0.1", "X-aws-ec2-metadata-token-ttl-seconds: 60"),
			"HTTP/1.1 403 Forbidden\r\n" + emptyTail,
		},
		{
			"cap:10 token path, another method", plain, 0,
			get("/latest/api/token"),
			"HTTP/1.1 405 Not Allowed\r\nAllow: OPTIONS, PUT\r\n" + emptyTail,
		},
		{
			"cap:11 token path, OPTIONS", required, 0,
			compose("OPTIONS", "/latest/api/token"),
			ok + "Allow: OPTIONS, PUT\r\n" + emptyTail,
		},
		{
			"cap:12 PUT with a slash at the end", plain, 0,
			compose("PUT", "/latest/api/token/", "X-aws-ec2-metadata-token-ttl-seconds: 60", "Connection: keep-alive"),
			"HTTP/1.1 403 Forbidden\r\n" + emptyTail,
		},
		{
			"cap:13 PUT, endpoint disabled", disabled, 0,
			compose("PUT", "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: 60"),
			"HTTP/1.1 403 Forbidden\r\n" + emptyTail,
		},
		{
			"cap:15 chunked PUT", plain, 0,
			compose("PUT", "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: 21600", "Transfer-Encoding: chunked") + "0\r\n\r\n",
			ok + ttlName + "21600\r\nContent-Length: 56\r\n" + testDate + tail + "Content-Type: text/plain\r\n\r\n$TOKEN",
		},
		{
			"cap:15 PUT with Expect", plain, 0,
			compose("PUT", "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: 21600", "Transfer-Encoding: chunked", "Expect: 100-continue"),
			"HTTP/1.1 417 Expectation Failed\r\nContent-Type: text/html\r\nContent-Length: 357\r\n" + testDate + tail + "\r\n" +
				strings.ReplaceAll(page404, "404 - Not Found", "417 - Expectation Failed"),
		},
		{
			"cap:16 the root", plain, 0,
			get("/"),
			ok + contentHead + "Content-Length: 10\r\n" + testDate + tail + "\r\n1.0\nlatest",
		},
		{
			"cap:18 directory without a slash", plain, 0,
			get("/latest/meta-data"),
			ok + contentHead + "Content-Length: 320\r\n" + testDate + tail + "\r\n" + testListing,
		},
		{
			"cap:14 user data has its own type", plain, 0,
			get("/latest/user-data"),
			ok + strings.Replace(contentHead, "text/plain", "application/octet-stream", 1) + "Content-Length: 10\r\n" + testDate + tail + "\r\n#!/bin/sh\n",
		},
		{
			"HEAD has the header of GET", plain, 0,
			compose("HEAD", "/latest/meta-data/", "X-aws-ec2-metadata-token: $TOKEN"),
			ok + ttlName + "21600\r\n" + contentHead + "Content-Length: 320\r\n" + testDate + tail + "\r\n",
		},
		{
			"HEAD of nothing", plain, 0,
			compose("HEAD", "/latest/meta-data/iam"),
			"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 339\r\n" + testDate + tail + "\r\n",
		},
		{
			"POST on metadata", plain, 0,
			compose("POST", "/latest/meta-data/mac", "Content-Length: 3") + "a=b",
			"HTTP/1.1 405 Not Allowed\r\nAllow: GET, HEAD, OPTIONS\r\n" + emptyTail,
		},
		{
			"OPTIONS on metadata", plain, 0,
			compose("OPTIONS", "/latest/meta-data/"),
			ok + "Allow: OPTIONS, GET, HEAD\r\n" + emptyTail,
		},
		{
			"malformed", plain, 0,
			"GET /latest/meta-data/\r\n",
			"HTTP/1.1 400 Bad Request\r\n" + emptyTail,
		},
	})
}
