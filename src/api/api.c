/* api.c -- a visit from its headers to its answer: who it is, whether it may, and on which thread.
 *
 *     headers ─> route ─> identity ─> too fast? ─> may it? ──┬─ FAST ─> handler, on this thread
 *                                                            │            └─ visit_bulk ─> bulk.c
 *                                                            └─ SLOW ─> queue ─> worker: handler
 *
 * Invariants:  1. No handler runs for whoever access_may() does not let in; a refusal is written
 *                 down before it is answered, if it fits into what is read of a refused body.
 *              2. The server's threads wait for nothing; a full queue is an answer (429).
 *              3. A worker reads through a store of its own, so long reads hinder nobody. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_inside.h"

struct slice visit_cookie(const struct http_request *request)
{
    struct slice cookies = http_header(request, "Cookie");
    struct slice name = http_secure(request) ? SLICE("__Host-cutline=") : SLICE("cutline=");
    for (size_t at = 0; at + name.size <= cookies.size; at++) {
        struct slice rest = {cookies.at + at, cookies.size - at};
        bool begins = at == 0 || cookies.at[at - 1] == ' ' || cookies.at[at - 1] == ';';
        if (!begins || !slice_starts(rest, name))
            continue;
        const char *end = memchr(rest.at, ';', rest.size);
        size_t size = end == NULL ? rest.size : (size_t)(end - rest.at);
        return (struct slice){rest.at + name.size, size - name.size};
    }
    return (struct slice){"", 0};
}

/* STATUS_REFUSED: it is nobody whom we know.  Anything else: we cannot say. */
static enum status identify(struct visit *visit)
{
    struct http_request *request = visit->request;
    struct slice authorization = http_header(request, "Authorization");
    struct slice cookie = visit_cookie(request);
    enum status status = STATUS_REFUSED;
    visit->identity = NOBODY;
    visit->shown = authorization.size > 0 || cookie.size > 0;
    if (slice_starts(authorization, SLICE("Bearer "))) {
        struct slice bearer = {authorization.at + 7, authorization.size - 7};
        status = access_of_token(visit->rooms->access, bearer, &visit->identity);
    } else if (authorization.size == 0 && cookie.size > 0) {
        bool changes = !slice_equal(slice_of(visit->route->method), SLICE("GET"));
        status = access_of_session(visit->rooms->access, cookie,
                                   http_header(request, "X-CSRF-Token"), changes, &visit->identity);
    }
    if (status != STATUS_OK)
        visit->identity = NOBODY;
    return status;
}

static void word_verdict(struct visit *visit)
{
    if (visit->verdict == ACCESS_UNKNOWN)
        visit_problem(
            visit, visit->shown ? PROBLEM_credentials_refused : PROBLEM_credentials_missing, NULL);
    else if (visit->verdict == ACCESS_STEP_UP)
        visit_problem(visit, PROBLEM_step_up_needed, NULL);
    else
        visit_problem(visit, PROBLEM_forbidden, NULL);
}

static struct http_admission refused(struct visit *visit, struct http_answer *answer)
{
    *answer = visit->answer;
    return (struct http_admission){.refused = true};
}

/* Too fast: it was answered. */
static bool must_wait(struct visit *visit)
{
    visit->rate = rate_of_route(visit->route);
    int64_t seconds = rates_ask(&visit->api->rates, visit);
    if (seconds > 0)
        visit_problem_wait(visit, PROBLEM_too_fast, seconds);
    return seconds > 0;
}

/* OPTIONS and wrong methods and paths need no identity. */
static struct http_admission admit_unknown(struct visit *visit, bool path_known,
                                           struct http_answer *answer)
{
    struct text methods = visit_paper(visit, 128);
    if (must_wait(visit))
        return refused(visit, answer);
    route_add_methods(&methods, http_path(visit->request));
    if (!path_known)
        visit_problem(visit, PROBLEM_not_found, NULL);
    else if (slice_equal(http_method(visit->request), SLICE("OPTIONS")))
        visit->answer = (struct http_answer){.status = 204};
    else
        visit_problem(visit, PROBLEM_method_not_allowed, NULL);
    if (path_known && !methods.full)
        visit_header(visit, "Allow", text_slice(&methods));
    return refused(visit, answer);
}

static bool body_is_small(const struct http_request *request)
{
    struct slice length = http_header(request, "Content-Length");
    return http_header(request, "Transfer-Encoding").size == 0 && length.size <= 5 &&
           (length.size < 5 || slice_compare(length, SLICE("65536")) <= 0);
}

static struct http_admission admit(void *self, struct http_request *request,
                                   struct http_answer *answer)
{
    struct api *api = self;
    struct visit *visit = NULL;
    bool path_known = false;
    if (ARENA_NEW(http_arena(request), 1, &visit) != STATUS_OK) {
        *answer = (struct http_answer){.status = 503};
        return (struct http_admission){.refused = true};
    }
    *visit = (struct visit){.api = api,
                            .rooms = &api->rooms,
                            .request = request,
                            .tongue = http_tongue(request),
                            .arena = http_arena(request)};
    *http_own(request) = visit;
    visit->route =
        route_match(http_method(request), http_path(request), visit->parameter, &path_known);
    if (visit->route == NULL)
        return admit_unknown(visit, path_known, answer);
    if (visit->route->scope != SCOPE_OPEN) {
        enum status status = identify(visit);
        if (status != STATUS_OK && status != STATUS_REFUSED) { /* nobody is refused for that */
            visit_problem(visit, PROBLEM_broken, NULL);
            return refused(visit, answer);
        }
        visit->verdict = access_may(&visit->identity, (enum scope)visit->route->scope);
    }
    if (must_wait(visit))
        return refused(visit, answer);
    if (visit->verdict == ACCESS_MAY && visit->route == &ROUTES[ROUTE_records])
        return records_admit(visit, answer);
    if (visit->verdict == ACCESS_MAY)
        return (struct http_admission){.body_size_max = visit->route->body_max};
    word_verdict(visit);
    if (visit->verdict == ACCESS_UNKNOWN && !visit->shown) /* nothing was tried */
        return refused(visit, answer);
    if (!body_is_small(request)) {
        denial_skip(api);
        return refused(visit, answer);
    }
    /* It is read, and the refusal written down before it is answered. */
    return (struct http_admission){.body_size_max = HTTP_SWALLOW_BYTES_MAX};
}

static void refuse(void *self, struct http_request *request, int status, struct http_answer *answer)
{
    (void)self;
    enum problem problem = PROBLEM_request_malformed;
    if (status == 413)
        problem = PROBLEM_too_large;
    else if (status == 431)
        problem = PROBLEM_head_too_large;
    else if (status == 503)
        problem = PROBLEM_unavailable;
    else if (status == 505)
        problem = PROBLEM_version_unknown;
    problem_word(answer, problem, NULL, http_tongue(request), http_arena(request));
}

static void run(struct visit *visit)
{
    if (visit->verdict != ACCESS_MAY)
        visit_denied(visit);
    else if (visit_queries_hold(visit) && !visit_repeated(visit))
        visit->route->handle(visit);
}

static bool enqueue(struct api *api, struct visit *visit)
{
    bool taken = false;
    (void)pthread_mutex_lock(&api->lock);
    if (!api->closing && api->queued < API_QUEUE_MAX) {
        visit->next = NULL;
        if (api->last == NULL)
            api->first = visit;
        else
            api->last->next = visit;
        api->last = visit;
        api->queued++;
        taken = true;
        (void)pthread_cond_signal(&api->some);
    }
    (void)pthread_mutex_unlock(&api->lock);
    return taken;
}

static void handle(void *self, struct http_request *request)
{
    struct api *api = self;
    struct visit *visit = *http_own(request);
    if (visit->verdict != ACCESS_MAY || visit->route->lane == LANE_SLOW) {
        if (enqueue(api, visit))
            return;
        visit_problem_wait(visit, PROBLEM_too_much, 1);
        http_respond(request, &visit->answer);
        return;
    }
    if (visit_queries_hold(visit))
        visit->route->handle(visit);
    if (!visit->later)
        visit_end(visit);
}

static struct visit *dequeue(struct api *api)
{
    (void)pthread_mutex_lock(&api->lock);
    while (api->first == NULL && !api->closing)
        (void)pthread_cond_wait(&api->some, &api->lock);
    struct visit *visit = api->first;
    if (visit != NULL) {
        api->first = visit->next;
        if (api->first == NULL)
            api->last = NULL;
        api->queued--;
    }
    (void)pthread_mutex_unlock(&api->lock);
    return visit;
}

struct worker {
    struct api *api;
    struct store *reader;
};

static void *worker_run(void *self)
{
    struct worker *worker = self;
    for (struct visit *visit = dequeue(worker->api); visit != NULL; visit = dequeue(worker->api)) {
        bool left = false;
        visit->reader = worker->reader;
        visit->left = &left;
        run(visit);
        if (!left)
            visit_end(visit);
    }
    return NULL;
}

static enum status workers_start(struct api *api, unsigned count, struct arena *boot,
                                 struct text *why)
{
    struct worker *worker = NULL;
    TRY(ARENA_NEW(boot, count, &worker));
    for (unsigned i = 0; i < count; i++) {
        TRY(store_open_reader(&api->reader[i], api->rooms.store_path, boot, why));
        worker[i] = (struct worker){api, api->reader[i]};
        if (pthread_create(&api->worker[i], NULL, worker_run, &worker[i]) != 0) {
            store_close(api->reader[i]);
            return STATUS_FULL;
        }
        api->workers_count++;
    }
    return STATUS_OK;
}

static void workers_stop(struct api *api)
{
    (void)pthread_mutex_lock(&api->lock);
    api->closing = true;
    (void)pthread_cond_broadcast(&api->some);
    (void)pthread_mutex_unlock(&api->lock);
    for (unsigned i = 0; i < api->workers_count; i++) {
        (void)pthread_join(api->worker[i], NULL);
        store_close(api->reader[i]);
    }
}

static void routes_check(void)
{
    for (size_t i = 0; i < ROUTES_COUNT; i++) {
        const struct route *route = &ROUTES[i];
        must(route->lane == LANE_SLOW || route->action[0] == '\0');
        must(route->lane == LANE_SLOW || route->repeat == REPEAT_NONE ||
             route->repeat == REPEAT_OWN);
    }
}

enum status api_open(struct api **out, const struct api_options *options, struct arena *boot,
                     struct text *why)
{
    struct api *api = NULL;
    char *bytes = NULL;
    routes_check();
    body_begin();
    must(options->workers >= 1 && options->workers <= API_WORKERS_MAX);
    TRY(ARENA_NEW(boot, 1, &api));
    TRY(glances_create(&api->glances, boot));
    TRY(arena_take(boot, API_OPENAPI_BYTES_MAX, (void **)&bytes));
    struct text openapi = text_over(bytes, API_OPENAPI_BYTES_MAX);
    text_add_openapi(&openapi);
    must(!openapi.full);
    api->openapi = text_slice(&openapi);
    api->rooms = options->rooms;
    api->clock = options->http.clock;
    (void)pthread_mutex_init(&api->lock, NULL);
    (void)pthread_cond_init(&api->some, NULL);
    struct http_options http = options->http;
    rates_init(&api->rates, &options->limits, api->clock);
    http.admit = admit;
    http.readmit = gate_readmit;
    http.ended = gate_ended;
    http.handle = handle;
    http.refuse = refuse;
    http.self = api;
    enum status status = workers_start(api, options->workers, boot, why);
    if (status == STATUS_OK)
        status = bulk_start(&api->bulk, http.threads < API_BULK_MAX ? http.threads : API_BULK_MAX);
    if (status == STATUS_OK)
        status = gate_start(&api->gate, api);
    if (status == STATUS_OK)
        status = herald_start(api, http.streams_max, boot, why);
    if (status == STATUS_OK)
        status = http_open(&api->http, &http, boot, why);
    if (status != STATUS_OK) {
        herald_stop(api);
        gate_stop(&api->gate);
        bulk_stop(&api->bulk);
        workers_stop(api);
        return status;
    }
    *out = api;
    return STATUS_OK;
}

uint16_t api_port(const struct api *api)
{
    return http_port(api->http);
}

void api_count(struct api *api, struct http_counts *out)
{
    http_count(api->http, out);
}

void api_count_limited(struct api *api, uint64_t limited[RATE_CAUSES_COUNT])
{
    rates_count(&api->rates, limited);
}

enum status api_keep(struct api *api)
{
    char bytes[NOTE_BYTES_MAX];
    struct text note = text_over(bytes, sizeof bytes);
    int64_t now = api->clock.ticks_ms(api->clock.self);
    TRY(access_keep(api->rooms.access));
    if (now - api->forgotten_ms >= MINUTE_MS) {
        TRY(answers_forget(api));
        api->forgotten_ms = now;
    }
    atomic_store(&api->entries, 0);
    return audit_checkpoint(api->rooms.audit, api->rooms.seal, &note);
}

void api_close(struct api *api, unsigned seconds_max)
{
    if (api == NULL)
        return;
    gate_stop(&api->gate); /* whoever waits hears that there was no room */
    http_close(api->http, seconds_max);
    herald_stop(api);
    bulk_stop(&api->bulk);
    workers_stop(api);
}
