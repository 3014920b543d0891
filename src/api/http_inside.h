/* http_inside.h -- what http.c keeps of a connection, a request and a stream. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/http.h"

#include <pthread.h>
#include <stdatomic.h>

enum phase {
    PHASE_FRESH,    /* the request line is here */
    PHASE_OUTSIDE,  /* headers are here, nothing more is read until it is readmitted */
    PHASE_BODY,     /* headers are here, the body comes */
    PHASE_SWALLOW,  /* refused; the body is read and forgotten, so that the connection can go on */
    PHASE_HANDLING, /* the handler has it, on the server's thread */
    PHASE_WAITING,  /* the handler returned without an answer: suspended */
    PHASE_ANSWERED,
    PHASE_SENDING,
};

/* What the keeper of slow clients looks at. */
enum link_state { LINK_NEW, LINK_IDLE, LINK_HEADER, LINK_BODY, LINK_HANDLING, LINK_SENDING };

struct link {
    _Atomic int state;
    _Atomic int64_t since_ms;
    _Atomic uint64_t bytes; /* of a body: come so far; of an answer: its size */
    int handle;             /* of the socket; -1: free.  Under the server's lock */
    struct link *next_free;
};

struct http_request {
    struct http *http;
    struct MHD_Connection *connection;
    struct link *link;
    struct arena *arena;
    pthread_mutex_t lock; /* phase, answer, held, over */
    enum phase phase;
    struct http_answer answer;
    struct http_stream *stream;
    bool held;  /* the handler has it */
    bool over;  /* the connection has done with it */
    bool close; /* the connection ends with the answer */
    bool outside, called; /* suspended before its body; readmitted before it was suspended */
    bool framed;          /* its body has a length, and nobody waits for a word to send it */
    const char *method, *path;
    size_t body_size_max, body_size, body_room;
    size_t swallow_size_max; /* of a body that is read and forgotten; 0: HTTP_SWALLOW_BYTES_MAX */
    char *body;
    bool body_paged;
    char peer[64];
    void *own;
    struct http_request *next_free;
    struct http_request *next; /* of all */
};

struct http_stream {
    pthread_mutex_t lock;
    struct http *http;
    struct MHD_Connection *connection; /* NULL: gone */
    char *ring;
    size_t head, size;
    bool ended, waiting;
    struct http_stream *next_free;
    struct http_stream *next; /* of all */
};

/* http_head.c: what the head says of the body's end. */
struct framing {
    unsigned lengths, transfers, hosts, authorizations, expects;
    bool broken; /* control characters, a folded line, a line that does not end in CR LF */
    bool chunked;
};
/* The status with which the head is refused, or 0. */
int head_check(struct http_request *request, const char *version, size_t bytes_max,
               struct framing *framing);
/* Decimal without sign; larger than any body if it has another form. */
uint64_t length_read(struct slice value);

/* http_read.c: what can be known of a request without the library.
 * %XX undone, in place of `out` which has room for all of it.  STATUS_MALFORMED: a lonely %, NUL or
 * no UTF-8. */
enum status query_unescape(struct slice from, char *out, size_t *size);
enum tongue tongue_accepted(struct slice accept_language);

/* http_answer.c: the headers that every answer has, and those of this one.  `closing`: the
 * connection ends with it. */
struct MHD_Response;
void headers_add(const struct http_request *request, struct MHD_Response *response, bool secure,
                 bool closing);
