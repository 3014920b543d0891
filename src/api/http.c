/* http.c -- HTTP/1.1 over libmicrohttpd: the only file that knows it.
 *
 *     URI ──> headers ──> admit ──> body ──> handle ──┬─ answered at once ──> sent
 *                           │                         └─ not yet: suspended ─ http_respond ─> sent
 *                           └─ refused: answer, after a small body was read; else the line is cut
 *
 * Invariants:  1. No answer is queued at the first call of the library, or it would end the
 *                 connection; the exception is a refusal whose body we do not want to read.
 *              2. A request whose length can be understood in two ways is refused and its
 *                 connection ended, before anything of it is believed.
 *              3. A suspended connection is resumed exactly once, under the request's lock.
 *              4. A request is recycled when neither its handler nor its connection holds it.
 *              5. Whoever is too slow is cut by the keeper: the library's own timeout begins anew
 *                 with each byte, so one byte a second would live for ever.
 * Not chosen:  a thread for each connection; streams would need a thousand. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/http_inside.h"
#include "ground/limits.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    GRACE_MS = 5000,       /* of a body or an answer, before its rate counts */
    KEEPER_EVERY_MS = 250, /* how often it looks for slow clients */
    BODY_PAGES_MIN = 64 * 1024,
    CONNECTION_BYTES_MORE = 8 * 1024, /* beside the headers: their places, the head of an answer */
};

struct http {
    struct http_options options;
    struct MHD_Daemon *daemon;
    struct arena *boot;
    int listener;         /* after quiescing; -1 before */
    pthread_mutex_t lock; /* links, pools */
    struct link *links, *free_link;
    struct http_request *free_request, *requests;
    struct http_stream *free_stream, *streams;
    unsigned requests_made, streams_made;
    _Atomic uint64_t active, streams_now, bodies_bytes, requests_count, refused_count, cut_count;
    _Atomic bool closing;
    pthread_t keeper;
    bool keeper_runs;
};

static void lock_take(pthread_mutex_t *lock)
{
    int code = pthread_mutex_lock(lock);
    must(code == 0);
}

static void lock_give(pthread_mutex_t *lock)
{
    int code = pthread_mutex_unlock(lock);
    must(code == 0);
}

static int64_t now_ms(const struct http *http)
{
    return http->options.clock.ticks_ms(http->options.clock.self);
}

/* ---- links: the connections, as the keeper of slow clients sees them ---- */

static void link_turn(struct http *http, struct link *link, enum link_state state, uint64_t bytes)
{
    if (link == NULL)
        return;
    atomic_store(&link->bytes, bytes);
    atomic_store(&link->since_ms, now_ms(http));
    atomic_store(&link->state, state);
}

static void on_connection(void *self, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct http *http = self;
    lock_take(&http->lock);
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        struct link *link = http->free_link;
        if (link != NULL) {
            http->free_link = link->next_free;
            link->handle = info == NULL ? -1 : info->connect_fd;
            link_turn(http, link, LINK_NEW, 0);
        }
        *context = link;
    } else if (*context != NULL) {
        struct link *link = *context;
        link->handle = -1;
        link->next_free = http->free_link;
        http->free_link = link;
        *context = NULL;
    }
    lock_give(&http->lock);
}

static bool link_overdue(const struct http *http, const struct link *link, int64_t now)
{
    const struct http_options *options = &http->options;
    int64_t spent = now - atomic_load(&link->since_ms);
    int64_t rate = options->body_bytes_per_second_min;
    int64_t earned = (int64_t)atomic_load(&link->bytes) * SECOND_MS / (rate > 0 ? rate : 1);
    switch (atomic_load(&link->state)) {
    case LINK_NEW:
    case LINK_HEADER:
        return spent > (int64_t)options->header_seconds_max * SECOND_MS;
    case LINK_IDLE:
        return spent > (int64_t)options->idle_seconds_max * SECOND_MS;
    case LINK_BODY:
    case LINK_SENDING:
        return rate > 0 && spent > GRACE_MS + earned;
    default:
        return false;
    }
}

static void *keeper_run(void *self)
{
    struct http *http = self;
    const struct timespec pause = {.tv_nsec = KEEPER_EVERY_MS * 1000000L};
    while (http->keeper_runs && !atomic_load(&http->closing)) {
        (void)nanosleep(&pause, NULL);
        int64_t now = now_ms(http);
        lock_take(&http->lock);
        for (unsigned i = 0; i < http->options.connections_max; i++) {
            struct link *link = &http->links[i];
            if (link->handle < 0 || !link_overdue(http, link, now))
                continue;
            (void)shutdown(link->handle, SHUT_RDWR); /* the library sees the end and cleans up */
            link->handle = -1;
            atomic_fetch_add(&http->cut_count, 1);
        }
        lock_give(&http->lock);
    }
    return NULL;
}

/* ---- requests: their pool ---- */

static struct http_request *request_take(struct http *http)
{
    lock_take(&http->lock);
    struct http_request *request = http->free_request;
    if (request != NULL) {
        http->free_request = request->next_free;
    } else if (http->requests_made < http->options.connections_max * 2 &&
               ARENA_NEW(http->boot, 1, &request) == STATUS_OK) {
        (void)pthread_mutex_init(&request->lock, NULL);
        http->requests_made++;
        request->next = http->requests;
        http->requests = request;
    }
    lock_give(&http->lock);
    if (request == NULL)
        return NULL;
    if (request->arena == NULL &&
        arena_create(&request->arena, HTTP_REQUEST_BYTES_MAX) != STATUS_OK) {
        lock_take(&http->lock);
        request->next_free = http->free_request;
        http->free_request = request;
        lock_give(&http->lock);
        return NULL;
    }
    request->http = http;
    atomic_fetch_add(&http->active, 1);
    return request;
}

static void body_forget(struct http_request *request)
{
    if (request->body_paged)
        pages_give_back(request->body, request->body_room);
    if (request->body_room > 0)
        atomic_fetch_sub(&request->http->bodies_bytes, request->body_room);
    request->body = NULL;
    request->body_paged = false;
    request->body_room = request->body_size = 0;
}

/* Back into the pool; an arena that grew large is not kept. */
static void request_recycle(struct http_request *request)
{
    struct http *http = request->http;
    body_forget(request);
    if (arena_used(request->arena) > HTTP_REQUEST_BYTES_KEPT) {
        arena_destroy(request->arena);
        request->arena = NULL;
    } else {
        arena_reset(request->arena);
    }
    request->connection = NULL;
    request->link = NULL;
    request->stream = NULL;
    request->own = NULL;
    request->over = request->held = request->close = request->called = false;
    request->phase = PHASE_FRESH;
    request->swallow_size_max = 0;
    request->answer = (struct http_answer){0};
    lock_take(&http->lock);
    request->next_free = http->free_request;
    http->free_request = request;
    lock_give(&http->lock);
    atomic_fetch_sub(&http->active, 1);
}

/* Gives up one of the two holds; the second one recycles. */
static void request_let_go(struct http_request *request, bool handler)
{
    lock_take(&request->lock);
    if (handler)
        request->held = false;
    else
        request->over = true;
    bool last = request->over && !request->held;
    lock_give(&request->lock);
    if (last)
        request_recycle(request);
}

static void *on_uri(void *self, const char *uri, struct MHD_Connection *connection)
{
    (void)uri;
    struct http *http = self;
    struct http_request *request = request_take(http);
    if (request == NULL)
        return NULL;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    request->connection = connection;
    request->link = info == NULL ? NULL : info->socket_context;
    link_turn(http, request->link, LINK_HEADER, 0);
    return request;
}

static void stream_gone(struct http_stream *stream);

static void on_completed(void *self, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode code)
{
    (void)connection;
    (void)code;
    struct http_request *request = *context;
    if (request == NULL)
        return;
    *context = NULL;
    link_turn(self, request->link, LINK_IDLE, 0);
    if (request->http->options.ended != NULL)
        request->http->options.ended(request->http->options.self, request);
    if (request->stream != NULL)
        stream_gone(request->stream);
    request_let_go(request, false);
}

/* ---- answers ---- */

static ssize_t stream_read(void *self, uint64_t position, char *into, size_t size);

static enum MHD_Result answer_send(struct http_request *request)
{
    const struct http_answer *answer = &request->answer;
    struct MHD_Response *response = NULL;
    must(answer->status >= 200 && answer->status < 600);
    if (request->stream != NULL)
        response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, HTTP_STREAM_BYTES_MAX,
                                                     stream_read, request->stream, NULL);
    else
        response = MHD_create_response_from_buffer(
            answer->body.size, (void *)(uintptr_t)answer->body.at, MHD_RESPMEM_PERSISTENT);
    if (response == NULL)
        return MHD_NO;
    headers_add(request, response, http_secure(request), atomic_load(&request->http->closing));
    request->phase = PHASE_SENDING;
    link_turn(request->http, request->link, request->stream != NULL ? LINK_HANDLING : LINK_SENDING,
              answer->body.size);
    enum MHD_Result result =
        MHD_queue_response(request->connection, (unsigned)answer->status, response);
    MHD_destroy_response(response);
    return result;
}

/* With the lock; false: it was given up by http_close, and has its answer. */
static bool respond(struct http_request *request, const struct http_answer *answer,
                    struct http_stream *stream)
{
    must(request->held);
    bool waits = request->phase == PHASE_WAITING;
    if (!waits && request->phase != PHASE_HANDLING)
        return false;
    request->answer = *answer;
    request->stream = stream;
    request->phase = PHASE_ANSWERED;
    if (waits)
        MHD_resume_connection(request->connection);
    return true;
}

void http_respond(struct http_request *request, const struct http_answer *answer)
{
    lock_take(&request->lock);
    (void)respond(request, answer, NULL);
    lock_give(&request->lock);
    request_let_go(request, true);
}

/* ---- on its way in ---- */

/* Room for a body of at least `size` bytes, in all; what came so far is kept. */
static enum status body_grow(struct http_request *request, size_t size)
{
    struct http *http = request->http;
    size_t room = BODY_PAGES_MIN;
    char *bytes = NULL;
    while (room < size)
        room *= 2;
    room = room > request->body_size_max && request->body_size_max >= size
               ? (request->body_size_max | 4095) + 1
               : room;
    if (atomic_fetch_add(&http->bodies_bytes, room) + room > http->options.bodies_bytes_max ||
        pages_take(room, (void **)&bytes) != STATUS_OK) {
        atomic_fetch_sub(&http->bodies_bytes, room);
        return STATUS_FULL;
    }
    size_t have = request->body_size;
    if (have > 0)
        memcpy(bytes, request->body, have);
    if (request->body_paged)
        pages_give_back(request->body, request->body_room);
    atomic_fetch_sub(&http->bodies_bytes, request->body_room);
    request->body = bytes;
    request->body_room = room;
    request->body_paged = true;
    return STATUS_OK;
}

/* Room for a body whose length is known: small ones lie in the arena. */
static enum status body_prepare(struct http_request *request, size_t length)
{
    struct http *http = request->http;
    if (length == 0 || length > BODY_PAGES_MIN)
        return length == 0 ? STATUS_OK : body_grow(request, length);
    TRY(arena_take(request->arena, length + 1, (void **)&request->body));
    request->body_room = length;
    atomic_fetch_add(&http->bodies_bytes, length);
    return STATUS_OK;
}

static enum MHD_Result refuse(struct http_request *request, int status, bool now)
{
    struct http *http = request->http;
    atomic_fetch_add(&http->refused_count, 1);
    if (status != 0) {
        request->answer = (struct http_answer){.status = status};
        http->options.refuse(http->options.self, request, status, &request->answer);
    }
    request->close = request->close || now;
    request->phase = PHASE_SWALLOW;
    if (request->swallow_size_max < HTTP_SWALLOW_BYTES_MAX)
        request->swallow_size_max = HTTP_SWALLOW_BYTES_MAX;
    return now ? answer_send(request) : MHD_YES;
}

static enum MHD_Result admitted(struct http_request *request, struct http_admission admission)
{
    struct http *http = request->http;
    uint64_t length = http_length(request);
    bool small = request->framed && length <= HTTP_SWALLOW_BYTES_MAX;
    if (admission.refused) {
        request->swallow_size_max = admission.body_size_max;
        small |= request->framed && length <= admission.body_size_max;
        return refuse(request, 0, !small);
    }
    if (length > admission.body_size_max)
        return refuse(request, MHD_HTTP_CONTENT_TOO_LARGE, !small);
    request->body_size_max = admission.body_size_max;
    if (body_prepare(request, (size_t)length) != STATUS_OK)
        return refuse(request, MHD_HTTP_SERVICE_UNAVAILABLE, !small);
    request->phase = PHASE_BODY;
    link_turn(http, request->link, LINK_BODY, 0);
    return MHD_YES;
}

/* False: it has been called in already. */
static bool stands_outside(struct http_request *request)
{
    lock_take(&request->lock);
    bool called = request->called;
    request->called = false;
    request->phase = PHASE_OUTSIDE;
    link_turn(request->http, request->link, LINK_HANDLING, 0);
    request->outside = !called;
    if (!called)
        MHD_suspend_connection(request->connection);
    lock_give(&request->lock);
    return !called;
}

static enum MHD_Result admission_ask(struct http_request *request,
                                     struct http_admission (*ask)(void *self,
                                                                  struct http_request *request,
                                                                  struct http_answer *answer))
{
    const struct http_options *options = &request->http->options;
    struct http_admission admission = ask(options->self, request, &request->answer);
    while (admission.waits) {
        if (stands_outside(request))
            return MHD_YES;
        admission = options->readmit(options->self, request, &request->answer);
    }
    return admitted(request, admission);
}

void http_readmit(struct http_request *request)
{
    lock_take(&request->lock);
    request->called = !request->outside;
    if (request->outside)
        MHD_resume_connection(request->connection);
    request->outside = false;
    lock_give(&request->lock);
}

static enum MHD_Result on_headers(struct http_request *request, const char *path,
                                  const char *method, const char *version)
{
    struct http *http = request->http;
    struct framing framing = {0};
    atomic_fetch_add(&http->requests_count, 1);
    request->path = path;
    request->method = method;
    int status = head_check(request, version, http->options.header_bytes_max, &framing);
    if (status != 0)
        return refuse(request, status, true);
    request->framed = framing.transfers == 0 && framing.expects == 0;
    return admission_ask(request, http->options.admit);
}

static enum MHD_Result on_body(struct http_request *request, const char *bytes, size_t size)
{
    if (size > request->body_size_max - request->body_size) {
        body_forget(request);
        return refuse(request, MHD_HTTP_CONTENT_TOO_LARGE, false);
    }
    if (request->body_size + size > request->body_room &&
        body_grow(request, request->body_size + size) != STATUS_OK) {
        body_forget(request);
        return refuse(request, MHD_HTTP_SERVICE_UNAVAILABLE, false);
    }
    memcpy(request->body + request->body_size, bytes, size);
    request->body_size += size;
    if (request->link != NULL)
        atomic_fetch_add(&request->link->bytes, size);
    return MHD_YES;
}

/* The body is whole. */
static enum MHD_Result on_whole(struct http_request *request)
{
    struct http *http = request->http;
    link_turn(http, request->link, LINK_HANDLING, 0);
    request->held = true;
    request->phase = PHASE_HANDLING;
    http->options.handle(http->options.self, request);
    lock_take(&request->lock);
    bool answered = request->phase == PHASE_ANSWERED;
    if (!answered) {
        request->phase = PHASE_WAITING;
        MHD_suspend_connection(request->connection);
    }
    lock_give(&request->lock);
    return answered ? answer_send(request) : MHD_YES;
}

static enum MHD_Result on_request(void *self, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **context)
{
    (void)self;
    (void)connection;
    struct http_request *request = *context;
    if (request == NULL)
        return MHD_NO;
    size_t size = *upload_size;
    switch (request->phase) {
    case PHASE_FRESH:
        return on_headers(request, path, method, version);
    case PHASE_OUTSIDE:
        return admission_ask(request, request->http->options.readmit);
    case PHASE_BODY:
        *upload_size = 0;
        return size == 0 ? on_whole(request) : on_body(request, upload, size);
    case PHASE_SWALLOW:
        *upload_size = 0;
        request->body_size += size;
        if (request->body_size > request->swallow_size_max)
            return MHD_NO;
        return size == 0 ? answer_send(request) : MHD_YES;
    case PHASE_ANSWERED:
        return answer_send(request);
    default:
        return MHD_YES;
    }
}

/* ---- what a handler asks ---- */

struct slice http_method(const struct http_request *request)
{
    return slice_of(request->method);
}

struct slice http_path(const struct http_request *request)
{
    return slice_of(request->path);
}

struct slice http_query(const struct http_request *request, const char *name)
{
    const char *value = NULL;
    size_t size = 0;
    char *room = NULL;
    if (MHD_lookup_connection_value_n(request->connection, MHD_GET_ARGUMENT_KIND, name,
                                      strlen(name), &value, &size) != MHD_YES ||
        value == NULL || arena_take(request->arena, size + 1, (void **)&room) != STATUS_OK ||
        query_unescape((struct slice){value, size}, room, &size) != STATUS_OK)
        return (struct slice){"", 0};
    return (struct slice){room, size};
}

struct names {
    struct slice *at;
    unsigned count, max;
};

static enum MHD_Result name_see(void *self, enum MHD_ValueKind kind, const char *name,
                                size_t name_size, const char *value, size_t value_size)
{
    (void)kind;
    (void)value;
    (void)value_size;
    struct names *names = self;
    if (names->count < names->max)
        names->at[names->count] = (struct slice){name, name_size};
    names->count++;
    return MHD_YES;
}

unsigned http_queries(const struct http_request *request, struct slice *names, unsigned max)
{
    struct names seen = {names, 0, max};
    (void)MHD_get_connection_values_n(request->connection, MHD_GET_ARGUMENT_KIND, name_see, &seen);
    return seen.count;
}

struct slice http_header(const struct http_request *request, const char *name)
{
    const char *value = NULL;
    size_t size = 0;
    if (MHD_lookup_connection_value_n(request->connection, MHD_HEADER_KIND, name, strlen(name),
                                      &value, &size) != MHD_YES ||
        value == NULL)
        return (struct slice){"", 0};
    return (struct slice){value, size};
}

uint64_t http_length(const struct http_request *request)
{
    return length_read(http_header(request, MHD_HTTP_HEADER_CONTENT_LENGTH));
}

struct slice http_body(const struct http_request *request)
{
    return (struct slice){request->body == NULL ? "" : request->body, request->body_size};
}

struct slice http_peer(const struct http_request *request)
{
    struct http_request *own = (struct http_request *)(uintptr_t)request;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (info == NULL || info->client_addr == NULL)
        return (struct slice){"", 0};
    socklen_t size = info->client_addr->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                              : sizeof(struct sockaddr_in);
    if (getnameinfo(info->client_addr, size, own->peer, sizeof own->peer, NULL, 0,
                    NI_NUMERICHOST) != 0)
        return (struct slice){"", 0};
    return slice_of(own->peer);
}

uint64_t http_peer_number(const struct http_request *request)
{
    uint64_t number = 0;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (info == NULL || info->client_addr == NULL)
        return 0;
    if (info->client_addr->sa_family == AF_INET6) {
        const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)info->client_addr;
        bool four = IN6_IS_ADDR_V4MAPPED(&six->sin6_addr);
        memcpy(&number, &six->sin6_addr.s6_addr[four ? 12 : 0], four ? 4 : 8);
        return number;
    }
    memcpy(&number, &((const struct sockaddr_in *)info->client_addr)->sin_addr, 4);
    return number;
}

bool http_secure(const struct http_request *request)
{
    return request->http->options.certificate.size > 0;
}

struct arena *http_arena(struct http_request *request)
{
    return request->arena;
}

enum tongue http_tongue(const struct http_request *request)
{
    return tongue_accepted(http_header(request, MHD_HTTP_HEADER_ACCEPT_LANGUAGE));
}

void **http_own(struct http_request *request)
{
    return &request->own;
}

/* ---- streams ---- */

static struct http_stream *stream_take(struct http *http)
{
    lock_take(&http->lock);
    struct http_stream *stream = http->free_stream;
    if (stream != NULL) {
        http->free_stream = stream->next_free;
    } else if (http->streams_made < http->options.streams_max &&
               ARENA_NEW(http->boot, 1, &stream) == STATUS_OK) {
        if (ARENA_NEW(http->boot, HTTP_STREAM_BYTES_MAX, &stream->ring) == STATUS_OK) {
            (void)pthread_mutex_init(&stream->lock, NULL);
            stream->http = http;
            stream->next = http->streams;
            http->streams = stream;
            http->streams_made++;
        } else {
            stream = NULL;
        }
    }
    lock_give(&http->lock);
    if (stream != NULL)
        atomic_fetch_add(&http->streams_now, 1);
    return stream;
}

static void stream_recycle(struct http_stream *stream)
{
    struct http *http = stream->http;
    lock_take(&http->lock);
    stream->head = stream->size = 0;
    stream->ended = stream->waiting = false;
    stream->next_free = http->free_stream;
    http->free_stream = stream;
    lock_give(&http->lock);
    atomic_fetch_sub(&http->streams_now, 1);
}

static void stream_gone(struct http_stream *stream)
{
    lock_take(&stream->lock);
    stream->connection = NULL;
    stream->waiting = false;
    bool ended = stream->ended;
    lock_give(&stream->lock);
    if (ended)
        stream_recycle(stream);
}

static ssize_t stream_read(void *self, uint64_t position, char *into, size_t size)
{
    (void)position;
    struct http_stream *stream = self;
    ssize_t got = 0;
    lock_take(&stream->lock);
    if (stream->size > 0) {
        size_t part = HTTP_STREAM_BYTES_MAX - stream->head;
        part = part < stream->size ? part : stream->size;
        part = part < size ? part : size;
        memcpy(into, stream->ring + stream->head, part);
        stream->head = (stream->head + part) % HTTP_STREAM_BYTES_MAX;
        stream->size -= part;
        got = (ssize_t)part;
    } else if (stream->ended || atomic_load(&stream->http->closing)) {
        got = MHD_CONTENT_READER_END_OF_STREAM;
    } else {
        stream->waiting = true;
        MHD_suspend_connection(stream->connection);
    }
    lock_give(&stream->lock);
    return got;
}

static void stream_wake(struct http_stream *stream)
{
    if (stream->waiting && stream->connection != NULL)
        MHD_resume_connection(stream->connection);
    stream->waiting = false;
}

enum status http_stream_begin(struct http_request *request, const struct http_answer *answer,
                              struct http_stream **out)
{
    struct http_stream *stream = stream_take(request->http);
    if (stream == NULL)
        return STATUS_FULL;
    stream->connection = request->connection;
    lock_take(&request->lock);
    bool begun = respond(request, answer, stream);
    lock_give(&request->lock);
    if (!begun) {
        stream->connection = NULL;
        stream_recycle(stream);
        return STATUS_FULL;
    }
    *out = stream;
    request_let_go(request, true);
    return STATUS_OK;
}

enum status http_stream_write(struct http_stream *stream, struct slice bytes)
{
    enum status status = STATUS_OK;
    lock_take(&stream->lock);
    if (stream->connection == NULL)
        status = STATUS_END;
    else if (bytes.size > HTTP_STREAM_BYTES_MAX - stream->size)
        status = STATUS_FULL;
    for (size_t done = 0; status == STATUS_OK && done < bytes.size;) {
        size_t tail = (stream->head + stream->size) % HTTP_STREAM_BYTES_MAX;
        size_t part = HTTP_STREAM_BYTES_MAX - tail;
        part = part < bytes.size - done ? part : bytes.size - done;
        memcpy(stream->ring + tail, bytes.at + done, part);
        stream->size += part;
        done += part;
    }
    if (status == STATUS_OK)
        stream_wake(stream);
    lock_give(&stream->lock);
    return status;
}

/* A suspended connection is not looked at by the library; so the socket is asked here. */
static bool peer_hung_up(struct MHD_Connection *connection)
{
    char byte;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (info == NULL)
        return true;
    ssize_t got = recv(info->connect_fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

bool http_stream_gone(struct http_stream *stream)
{
    lock_take(&stream->lock);
    bool gone = stream->connection == NULL || peer_hung_up(stream->connection);
    lock_give(&stream->lock);
    return gone;
}

void http_stream_end(struct http_stream *stream)
{
    lock_take(&stream->lock);
    stream->ended = true;
    bool gone = stream->connection == NULL;
    stream_wake(stream);
    lock_give(&stream->lock);
    if (gone)
        stream_recycle(stream);
}

/* ---- open and close ---- */

static void on_log(void *self, const char *format, va_list words)
{
    struct http *http = self;
    char line[512];
    if (http->options.log == NULL)
        return;
    int size = vsnprintf(line, sizeof line, format, words);
    size = size < 0 ? 0 : size < (int)sizeof line ? size : (int)sizeof line - 1;
    while (size > 0 && line[size - 1] == '\n')
        size--;
    http->options.log(http->options.log_self, (struct slice){line, (size_t)size});
}

/* Queries are unescaped by us, once and strictly; paths not at all. */
static size_t on_unescape(void *self, struct MHD_Connection *connection, char *text)
{
    (void)self;
    (void)connection;
    return strlen(text);
}

static enum status address_read(const struct http_options *options, struct sockaddr_storage *out)
{
    struct sockaddr_in *four = (struct sockaddr_in *)out;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)out;
    memset(out, 0, sizeof *out);
    if (inet_pton(AF_INET, options->address, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons(options->port);
        return STATUS_OK;
    }
    if (inet_pton(AF_INET6, options->address, &six->sin6_addr) != 1)
        return STATUS_REFUSED;
    six->sin6_family = AF_INET6;
    six->sin6_port = htons(options->port);
    return STATUS_OK;
}

static enum status daemon_start(struct http *http, struct sockaddr_storage *address)
{
    const struct http_options *options = &http->options;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)options->certificate.at},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)options->key.at},
        {MHD_OPTION_HTTPS_PRIORITIES, 0,
         (void *)(uintptr_t) "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"},
        {MHD_OPTION_END, 0, NULL}};
    struct MHD_OptionItem plain[] = {{MHD_OPTION_END, 0, NULL}};
    bool secure = options->certificate.size > 0;
    flags |= secure ? MHD_USE_TLS : 0;
    flags |= address->ss_family == AF_INET6 ? MHD_USE_IPv6 : 0;
    http->daemon = MHD_start_daemon(
        flags, options->port, NULL, NULL, on_request, http,
        /* the logger first: later options may already want it */
        MHD_OPTION_EXTERNAL_LOGGER, on_log, http, MHD_OPTION_SOCK_ADDR, address,
        MHD_OPTION_THREAD_POOL_SIZE, options->threads > 1 ? options->threads : 0,
        MHD_OPTION_CONNECTION_LIMIT, options->connections_max, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        options->connections_per_peer_max, MHD_OPTION_CONNECTION_TIMEOUT, options->idle_seconds_max,
        /* The library wipes all of it after each request. */
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, options->header_bytes_max + CONNECTION_BYTES_MORE,
        MHD_OPTION_CONNECTION_MEMORY_INCREMENT, (size_t)4 * 1024, MHD_OPTION_NOTIFY_COMPLETED,
        on_completed, http, MHD_OPTION_NOTIFY_CONNECTION, on_connection, http,
        MHD_OPTION_URI_LOG_CALLBACK, on_uri, http, MHD_OPTION_UNESCAPE_CALLBACK, on_unescape, http,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_LISTENING_ADDRESS_REUSE, 1U, MHD_OPTION_ARRAY,
        secure ? tls : plain, MHD_OPTION_END);
    return http->daemon == NULL ? STATUS_REFUSED : STATUS_OK;
}

enum status http_open(struct http **out, const struct http_options *options, struct arena *boot,
                      struct text *why)
{
    struct http *http = NULL;
    struct sockaddr_storage address;
    TRY(ARENA_NEW(boot, 1, &http));
    TRY(ARENA_NEW(boot, options->connections_max, &http->links));
    http->options = *options;
    http->boot = boot;
    http->listener = -1;
    (void)pthread_mutex_init(&http->lock, NULL);
    for (unsigned i = 0; i < options->connections_max; i++) {
        http->links[i].handle = -1;
        http->links[i].next_free = http->free_link;
        http->free_link = &http->links[i];
    }
    enum status status = address_read(options, &address);
    if (status != STATUS_OK)
        text_addf(why, "\"%s\" is no numeric address to listen on", options->address);
    if (status == STATUS_OK) {
        status = daemon_start(http, &address);
        if (status != STATUS_OK)
            text_addf(why, "cannot listen on %s port %u%s", options->address, options->port,
                      options->certificate.size > 0 ? " with this certificate and key" : "");
    }
    if (status == STATUS_OK) {
        http->keeper_runs = true;
        int code = pthread_create(&http->keeper, NULL, keeper_run, http);
        if (code != 0) {
            MHD_stop_daemon(http->daemon);
            status = STATUS_FULL;
        }
    }
    if (status == STATUS_OK)
        *out = http;
    return status;
}

uint16_t http_port(const struct http *http)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_BIND_PORT);
    return info == NULL ? 0 : info->port;
}

void http_count(struct http *http, struct http_counts *out)
{
    uint64_t connections = 0;
    lock_take(&http->lock);
    for (unsigned i = 0; i < http->options.connections_max; i++)
        connections += http->links[i].handle >= 0;
    lock_give(&http->lock);
    *out = (struct http_counts){
        .requests = atomic_load(&http->requests_count),
        .refused = atomic_load(&http->refused_count),
        .cut = atomic_load(&http->cut_count),
        .connections = connections,
        .streams = atomic_load(&http->streams_now),
    };
}

static void streams_end_all(struct http *http)
{
    for (struct http_stream *stream = http->streams; stream != NULL; stream = stream->next) {
        lock_take(&stream->lock);
        stream_wake(stream);
        lock_give(&stream->lock);
    }
}

/* Who still waits for an answer gets a 503; a later http_respond only lets go. */
static void requests_give_up(struct http *http)
{
    for (struct http_request *request = http->requests; request != NULL; request = request->next) {
        lock_take(&request->lock);
        if (request->phase == PHASE_WAITING) {
            request->answer = (struct http_answer){.status = MHD_HTTP_SERVICE_UNAVAILABLE};
            request->phase = PHASE_ANSWERED;
            MHD_resume_connection(request->connection);
        }
        lock_give(&request->lock);
    }
}

static void active_wait(struct http *http, int64_t patience_ms)
{
    const struct timespec pause = {.tv_nsec = 5000000};
    int64_t end = now_ms(http) + patience_ms;
    while (atomic_load(&http->active) > 0 && now_ms(http) < end)
        (void)nanosleep(&pause, NULL);
}

void http_close(struct http *http, unsigned seconds_max)
{
    if (http == NULL)
        return;
    http->listener = MHD_quiesce_daemon(http->daemon);
    atomic_store(&http->closing, true);
    (void)pthread_join(http->keeper, NULL);
    streams_end_all(http);
    active_wait(http, (int64_t)seconds_max * SECOND_MS);
    requests_give_up(http);
    active_wait(http, SECOND_MS);
    streams_end_all(http);
    MHD_stop_daemon(http->daemon);
    if (http->listener >= 0)
        (void)close(http->listener);
    for (struct http_request *request = http->requests; request != NULL; request = request->next) {
        if (request->held) /* by a handler that is still at work, and will let go into the pool */
            continue;
        body_forget(request);
        arena_destroy(request->arena);
        request->arena = NULL;
    }
}
