/* answering.c -- the door of `cutline answer`.
 *
 *     POST /v1/letters ─> queue ─> worker: outbox_receive ─> signature, once ─> come ─> desk
 *          <── 200, the signed answer │ 202, taken │ 4xx, the fault's name ──────────────┘
 *     GET /healthz
 *
 * Workers wait for the store together, and its transactions share a sync.  An answer is given back
 * with the receipt, so the carrier never has to reach the centre. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "answering.h"

#include "check/check.h"
#include "ground/folder.h"

#include <limits.h>
#include <pthread.h>
#include <stdlib.h>

enum { WORKERS = 8, QUEUE_MAX = 1024, WORKER_MEMORY = 16 << 20 };

struct answering {
    struct answering_options options;
    struct http *http;
    pthread_mutex_t lock;
    pthread_cond_t some;
    bool closing;
    struct http_request *queue[QUEUE_MAX];
    unsigned first, queued;
    pthread_t worker[WORKERS];
    unsigned workers_count;
};

/* ---- what is done with letters ---- */

static enum status answer_add(struct answering_plug *plug, const struct outbox_come *come,
                              const struct reply *reply, struct arena *request)
{
    char *bytes;
    const struct slice parts[] = {SLICE("lead.answer"), come->letter->from,
                                  slice_of(come->letter->id.hex)};
    TRY(arena_take(request, CHECK_BYTES_MAX, (void **)&bytes));
    struct text body = text_over(bytes, CHECK_BYTES_MAX);
    text_add_reply(&body, reply);
    if (body.full)
        return STATUS_FULL;
    const struct outbox_draft draft = {
        .id = letter_id_of(parts, sizeof parts / sizeof parts[0]),
        .reply_to = come->letter->id,
        .kind = SLICE("lead.answer"),
        .body = text_slice(&body),
        .to = come->from,
        .deadline = come->letter->expires,
        .object = slice_of(come->letter->id.hex),
    };
    return outbox_add(plug->outbox, &draft, request, NULL);
}

static enum status ask_come(struct answering_plug *plug, const struct outbox_come *come,
                            struct arena *request)
{
    struct asked asked = {
        .asker = come->letter->from,
        .letter = slice_of(come->letter->id.hex),
        .body = come->letter->body,
    };
    TRY(answer_question(plug->desk, &asked, request));
    if (asked.reply.reason == CHECK_REASON_form)
        return STATUS_MALFORMED; /* refused as a letter: there is no question to answer */
    return answer_add(plug, come, &asked.reply, request);
}

/* What became of a line, as a file that the carrier's own system takes: whole, or not there.  It is
 * put down before the letter counts as taken, so it may be put down twice, and never lost. */
static enum status notice_put(const struct answering_plug *plug, const struct outbox_come *come)
{
    char path[PATH_MAX];
    struct text text = text_over(path, sizeof path);
    text_addf(&text, "%s/%s.json", plug->notices.at, come->letter->id.hex);
    return text.full ? STATUS_IO : folder_put(path, come->letter->body);
}

static enum status notice_come(struct answering_plug *plug, const struct outbox_come *come,
                               struct arena *request)
{
    struct notice notice;
    char bytes[160];
    struct text why = text_over(bytes, sizeof bytes);
    TRY(notice_read(come->letter->body, request, &notice, &why));
    const struct audit_entry entry = {
        .time = come->now,
        .actor = come->letter->from,
        .organisation = come->letter->from,
        .action = SLICE("notice.take"),
        .object_kind = SLICE("letter"),
        .object_id = slice_of(come->letter->id.hex),
        .outcome = slice_of(NOTICE_WHATS[notice.what].name),
        .reason = notice.document,
    };
    if (plug->notices.size != 0)
        TRY(notice_put(plug, come));
    return audit_append(plug->audit, &entry, NULL);
}

static enum status come(void *self, const struct outbox_come *come, struct arena *request)
{
    struct answering_plug *plug = self;
    if (slice_equal(come->letter->kind, SLICE("lead.ask")))
        return ask_come(plug, come, request);
    if (slice_equal(come->letter->kind, SLICE("lead.notice")))
        return notice_come(plug, come, request);
    return STATUS_REFUSED;
}

struct outbox_plug answering_plug_of(struct answering_plug *plug)
{
    return (struct outbox_plug){.kinds = SLICE("lead"), .come = come, .self = plug};
}

/* ---- the door ---- */

static struct http_answer word(int status, struct slice json)
{
    return (struct http_answer){.status = status, .type = "application/json", .body = json};
}

static struct http_admission admit(void *self, struct http_request *request,
                                   struct http_answer *answer)
{
    struct slice method = http_method(request), path = http_path(request);
    (void)self;
    bool letters = slice_equal(path, SLICE("/v1/letters"));
    bool health = slice_equal(path, SLICE("/healthz"));
    if ((letters && slice_equal(method, SLICE("POST"))) ||
        (health && slice_equal(method, SLICE("GET"))))
        return (struct http_admission){.body_size_max = letters ? LETTER_ENVELOPE_MAX : 0};
    *answer = letters || health ? word(405, SLICE("{\"fault\":\"method\"}"))
                                : word(404, SLICE("{\"fault\":\"path\"}"));
    return (struct http_admission){.refused = true};
}

static void refuse(void *self, struct http_request *request, int status, struct http_answer *answer)
{
    (void)self;
    (void)request;
    *answer = word(status, SLICE("{\"fault\":\"request\"}"));
}

static void handle(void *self, struct http_request *request)
{
    struct answering *answering = self;
    bool taken = false;
    if (!slice_equal(http_method(request), SLICE("POST"))) {
        struct http_answer fine = word(200, SLICE("{\"status\":\"ok\"}"));
        http_respond(request, &fine);
        return;
    }
    (void)pthread_mutex_lock(&answering->lock);
    if (!answering->closing && answering->queued < QUEUE_MAX) {
        answering->queue[(answering->first + answering->queued++) % QUEUE_MAX] = request;
        taken = true;
        (void)pthread_cond_signal(&answering->some);
    }
    (void)pthread_mutex_unlock(&answering->lock);
    if (taken)
        return;
    struct http_answer busy = word(503, SLICE("{\"fault\":\"busy\"}"));
    busy.header[busy.headers_count++] = (struct http_header){"Retry-After", SLICE("1")};
    http_respond(request, &busy);
}

static struct http_request *next_request(struct answering *answering)
{
    struct http_request *request = NULL;
    (void)pthread_mutex_lock(&answering->lock);
    while (answering->queued == 0 && !answering->closing)
        (void)pthread_cond_wait(&answering->some, &answering->lock);
    if (answering->queued != 0) {
        request = answering->queue[answering->first];
        answering->first = (answering->first + 1) % QUEUE_MAX;
        answering->queued--;
    }
    (void)pthread_mutex_unlock(&answering->lock);
    return request;
}

static void fault_respond(struct http_request *request, enum letter_fault fault)
{
    char bytes[1024];
    struct text text = text_over(bytes, sizeof bytes);
    const struct saying *says = letter_fault_says(fault);
    text_addf(&text, "{\"fault\":\"%s\",\"en\":", letter_fault_name(fault));
    text_add_json(&text, slice_of(says->in[TONGUE_EN]));
    text_add_string(&text, ",\"zh\":");
    text_add_json(&text, slice_of(says->in[TONGUE_ZH]));
    text_add_char(&text, '}');
    struct slice body;
    struct http_answer answer = word(422, SLICE("{}"));
    if (slice_copy(http_arena(request), text_slice(&text), &body) == STATUS_OK)
        answer.body = body;
    http_respond(request, &answer);
}

static void letter_take(struct answering *answering, struct http_request *request,
                        struct arena *arena)
{
    struct outbox_received received = {0};
    enum status status =
        outbox_receive(answering->options.outbox, http_body(request), true, arena, &received);
    if (status == STATUS_REFUSED) {
        fault_respond(request, received.fault);
        return;
    }
    struct http_answer answer = word(202, SLICE("{\"taken\":true}"));
    if (status != STATUS_OK)
        answer = word(503, SLICE("{\"fault\":\"store\"}"));
    else if (received.answer.size != 0)
        answer = word(200, received.answer);
    if (answer.status == 200 &&
        slice_copy(http_arena(request), received.answer, &answer.body) != STATUS_OK)
        answer = word(503, SLICE("{\"fault\":\"memory\"}"));
    http_respond(request, &answer);
}

static void *worker_run(void *self)
{
    struct answering *answering = self;
    struct arena *arena;
    must(arena_create(&arena, WORKER_MEMORY) == STATUS_OK);
    for (struct http_request *request; (request = next_request(answering)) != NULL;) {
        letter_take(answering, request, arena);
        arena_reset(arena);
    }
    arena_destroy(arena);
    return NULL;
}

static void workers_stop(struct answering *answering)
{
    (void)pthread_mutex_lock(&answering->lock);
    answering->closing = true;
    (void)pthread_cond_broadcast(&answering->some);
    (void)pthread_mutex_unlock(&answering->lock);
    for (unsigned i = 0; i < answering->workers_count; i++)
        (void)pthread_join(answering->worker[i], NULL);
    answering->workers_count = 0;
}

enum status answering_open(struct answering **out, const struct answering_options *options,
                           struct arena *boot, struct text *why)
{
    struct answering *answering;
    TRY(ARENA_NEW(boot, 1, &answering));
    answering->options = *options;
    (void)pthread_mutex_init(&answering->lock, NULL);
    (void)pthread_cond_init(&answering->some, NULL);
    struct http_options http = options->http;
    http.admit = admit;
    http.handle = handle;
    http.refuse = refuse;
    http.self = answering;
    for (; answering->workers_count < WORKERS; answering->workers_count++)
        if (pthread_create(&answering->worker[answering->workers_count], NULL, worker_run,
                           answering) != 0) {
            workers_stop(answering);
            return STATUS_FULL;
        }
    enum status status = http_open(&answering->http, &http, boot, why);
    if (status != STATUS_OK) {
        workers_stop(answering);
        return status;
    }
    *out = answering;
    return STATUS_OK;
}

uint16_t answering_port(const struct answering *answering)
{
    return http_port(answering->http);
}

void answering_close(struct answering *answering)
{
    if (answering == NULL)
        return;
    http_close(answering->http, 5);
    workers_stop(answering);
}
