/* http.h -- HTTP/1.1 as the rest of the room sees it: a request that came whole, an answer, now or
 * later.  The library that speaks it (libmicrohttpd) is included by http.c alone.
 *
 * Who holds what:  a request is the handler's from `handle` until its http_respond or
 * http_stream_begin, which is the last touch: another thread may have recycled it when the call
 * returns. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/arena.h"
#include "ground/clock.h"
#include "ground/text.h"
#include "ground/tongue.h"

struct http;         /* the server */
struct http_request; /* one request on its way */
struct http_stream;  /* an answer that goes on */

enum { HTTP_ANSWER_HEADERS_MAX = 8 };

struct http_header {
    const char *name;
    struct slice value;
};

struct http_answer {
    int status;
    const char *type;  /* "application/json" …; NULL: no body */
    struct slice body; /* lent from the request's arena, or constant */
    struct http_header header[HTTP_ANSWER_HEADERS_MAX];
    unsigned headers_count;
};

/* What the room's router says of a request before its body is read. */
struct http_admission {
    bool waits;   /* nothing of its body is read until http_readmit */
    bool refused; /* the answer is filled in */
    size_t body_size_max; /* refused: of a body that is read and forgotten; 0: as usual */
};

/* Of a request; everything is lent until it has been answered. */
struct slice http_method(const struct http_request *request);
/* As it was sent, without the query: nothing in it is unescaped. */
struct slice http_path(const struct http_request *request);
/* Unescaped, UTF-8 without NUL.  Empty: not given. */
struct slice http_query(const struct http_request *request, const char *name);
/* The names of the query's parameters, as they were sent; how many there are, also beyond `max`. */
unsigned http_queries(const struct http_request *request, struct slice *names, unsigned max);
struct slice http_header(const struct http_request *request, const char *name);
/* Of the body, as the head says; 0: it does not say; no number: larger than any body. */
uint64_t http_length(const struct http_request *request);
/* As it was sent; still compressed if Content-Encoding says so. */
struct slice http_body(const struct http_request *request);
/* Peer's address without port. */
struct slice http_peer(const struct http_request *request);
/* As a number, to tell peers apart: an IPv4 address, or the network half of an IPv6 one. */
uint64_t http_peer_number(const struct http_request *request);
bool http_secure(const struct http_request *request);
struct arena *http_arena(struct http_request *request);
/* The tongue that Accept-Language likes best; English if it says nothing of ours. */
enum tongue http_tongue(const struct http_request *request);
/* A place for what the router found out (identity, route, parameters). */
void **http_own(struct http_request *request);

/* Answers, from the handler or later from any thread, once; the answer is copied, its body and
 * header values lent as said above.  A request that was not answered when its handler returned is
 * suspended. */
void http_respond(struct http_request *request, const struct http_answer *answer);

/* Of a request that its admission let wait: asks `readmit`, on a thread of the server.  Once for
 * each time that it waits; the last touch of whoever calls. */
void http_readmit(struct http_request *request);

/* Turns the request into a stream of server-sent events, with the headers of `answer`.
 * STATUS_FULL: too many streams, the request must still be answered. */
enum status http_stream_begin(struct http_request *request, const struct http_answer *answer,
                              struct http_stream **out);
/* All of the bytes or none.  Any thread.  STATUS_FULL: a slow reader, the owner ends it;
 * STATUS_END: the reader has gone. */
enum status http_stream_write(struct http_stream *stream, struct slice bytes);
/* Whether the reader has left; its owner then ends the stream. */
bool http_stream_gone(struct http_stream *stream);
/* What was written is still sent.  The owner's last touch. */
void http_stream_end(struct http_stream *stream);

struct http_options {
    const char *address; /* "127.0.0.1", "::1" */
    uint16_t port;       /* 0: any, see http_port */
    unsigned threads;
    unsigned connections_max, connections_per_peer_max, streams_max;
    unsigned header_seconds_max, body_bytes_per_second_min, idle_seconds_max;
    size_t header_bytes_max;
    size_t bodies_bytes_max;       /* of all requests together */
    struct slice certificate, key; /* PEM, NUL-terminated; empty: no TLS */
    struct clock clock;
    /* Called when the headers are here, on a thread of the server; may refuse. */
    struct http_admission (*admit)(void *self, struct http_request *request,
                                   struct http_answer *answer);
    /* The same for one that waited. */
    struct http_admission (*readmit)(void *self, struct http_request *request,
                                     struct http_answer *answer);
    /* Called when the body is here, on a thread of the server: must not wait for anything. */
    void (*handle)(void *self, struct http_request *request);
    /* The request has come to its end, whether it was handled or not; its arena is still there.  On
     * a thread of the server.  NULL: nobody is told. */
    void (*ended)(void *self, struct http_request *request);
    /* Words a refusal of this file's own: 400, 413, 431, 503, 505. */
    void (*refuse)(void *self, struct http_request *request, int status,
                   struct http_answer *answer);
    /* The library's own log; never personal data.  NULL: nobody reads it. */
    void (*log)(void *log_self, struct slice line);
    void *log_self;
    void *self;
};

struct http_counts {
    uint64_t requests, refused, cut; /* cut: connections ended because they were too slow */
    uint64_t connections, streams;   /* now */
};

/* STATUS_REFUSED: no such address, port taken, or certificate and key do not fit (`why`, one
 * sentence); STATUS_FULL. */
enum status http_open(struct http **out, const struct http_options *options, struct arena *boot,
                      struct text *why);
uint16_t http_port(const struct http *http);
void http_count(struct http *http, struct http_counts *out);
/* Takes no new connections, ends streams, lets requests finish for at most so long, closes.  Who
 * was not answered by then gets a 503. */
void http_close(struct http *http, unsigned seconds_max);
