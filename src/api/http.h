/* http.h -- HTTP/1.1 as the rest of the room sees it: a request that came whole, an answer, now or
 * later.  The library that speaks it (libmicrohttpd) is included by http.c alone. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/arena.h"
#include "ground/clock.h"
#include "ground/text.h"
#include "ground/tongue.h"

struct http;         /* the server */
struct http_request; /* one request on its way */

enum { HTTP_PARAMETERS_MAX = 4 };

/* What the room's router says of a request before its body is read. */
struct http_admission {
    int refuse;            /* an HTTP status with `answer` filled, or 0 to go on */
    size_t body_size_max;
};

struct http_header {
    const char *name;
    struct slice value;
};

struct http_answer {
    int status;
    const char *type;  /* application/json … */
    struct slice body; /* lent from the request's arena, or constant */
    struct http_header header[8];
    unsigned headers_count;
};

/* Of a request; everything is lent until it has been answered. */
struct slice http_method(const struct http_request *request);
struct slice http_path(const struct http_request *request);
/* Empty: not given. */
struct slice http_query(const struct http_request *request, const char *name);
struct slice http_header(const struct http_request *request, const char *name);
/* As it was sent; still compressed if Content-Encoding says so. */
struct slice http_body(const struct http_request *request);
/* Peer's address without port. */
struct slice http_peer(const struct http_request *request);
struct arena *http_arena(struct http_request *request);
enum tongue http_tongue(const struct http_request *request);
/* A place for what the router found out (identity, route, parameters). */
void **http_own(struct http_request *request);

/* Answers; from the handler, or later from any thread, once.  A request that was not answered when
 * its handler returned is suspended. */
void http_respond(struct http_request *request, const struct http_answer *answer);
/* Turns the request into a stream of server-sent events: bytes are given whenever there are some,
 * until http_stream_end.  Full (a slow reader): STATUS_FULL, the caller ends it.  Any thread. */
struct http_stream;
struct http_stream *http_stream_begin(struct http_request *request);
enum status http_stream_write(struct http_stream *stream, struct slice bytes);
void http_stream_end(struct http_stream *stream);
bool http_stream_gone(const struct http_stream *stream);

struct http_options {
    const char *address; /* "127.0.0.1", "::1" */
    uint16_t port;       /* 0: any, see http_port */
    unsigned threads;
    unsigned connections_max, connections_per_peer_max;
    unsigned header_seconds_max, body_bytes_per_second_min, idle_seconds_max;
    size_t header_bytes_max;
    struct slice certificate, key; /* PEM; empty: no TLS */
    struct clock clock;
    /* Called when the headers are here; may refuse. */
    struct http_admission (*admit)(void *self, struct http_request *request,
                                   struct http_answer *answer);
    /* Called when the body is here. */
    void (*handle)(void *self, struct http_request *request);
    /* The library's own log; never personal data. */
    void (*log)(void *self, struct slice line);
    void *self;
};

enum status http_open(struct http **out, const struct http_options *options, struct arena *boot);
uint16_t http_port(const struct http *http);
/* Takes no new connections, ends streams, lets requests finish for at most so long, closes. */
void http_close(struct http *http, unsigned seconds_max);
