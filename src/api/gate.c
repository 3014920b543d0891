/* gate.c -- records wait outside until there is room for them.
 *
 *     head ──> room, and nobody waits ──> body
 *              none ──> waits, its connection untouched ──> room ──> body
 *                                           └─ after API_GATE_WAIT_MS: 429, the body forgotten
 *
 * A body that is read only to be refused costs as much as one that is kept: it took the processor
 * from the records that were being thought about, and from calls that were ringing.  Unread it
 * stays with its sender (the window of its connection fills), and costs nothing.
 *
 * Invariants:  1. Whoever came first is let in first.
 *              2. Nobody waits longer than API_GATE_WAIT_MS, and nobody at all when it closes.
 *              3. More are not let in than there is room for, as bodies count, those included that
 *                 are on their way in; what they come to as entries is asked when they are offered.
 * Not chosen:  429 at once.  A client that comes again at once then keeps a thread of the server
 *              busy with refusing it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_inside.h"
#include "receipt/delivery.h"

#include <time.h>

/* What may come in at this moment. */
struct room {
    unsigned count;
    uint64_t bytes;     /* of bodies */
    uint64_t under_way; /* bytes that will be offered before them */
};

/* With the lock. */
static struct room room_now(const struct gate *gate)
{
    struct room room;
    deliveries_room(gate->api->rooms.deliveries, &room.count, &room.bytes, &room.under_way);
    room.count -= gate->coming < room.count ? gate->coming : room.count;
    room.bytes -= gate->coming_bytes < room.bytes ? gate->coming_bytes : room.bytes;
    room.under_way += gate->coming_bytes;
    return room;
}

static int64_t now_ms(const struct api *api)
{
    return api->clock.ticks_ms(api->clock.self);
}

/* Takes its part of the room; false: there is too little. */
static bool room_take(const struct api *api, struct room *room, const struct visit *visit)
{
    const struct api_process *process = &api->rooms.process;
    uint64_t size = http_length(visit->request);
    if (size > visit->route->body_max)
        return true; /* it will hear why not */
    if (room->count == 0 || size > room->bytes ||
        !process->would_take(process->self, (size_t)(room->under_way + size)))
        return false;
    room->count--;
    room->bytes -= size;
    room->under_way += size;
    return true;
}

static struct visit *first_take(struct gate *gate)
{
    struct visit *visit = gate->first;
    gate->first = visit->next;
    if (gate->first == NULL)
        gate->last = NULL;
    return visit;
}

/* Those that may come in, or have waited long enough.  With the lock. */
static struct visit *called(struct gate *gate)
{
    struct room room = room_now(gate);
    struct visit *visits = NULL;
    struct visit **end = &visits;
    int64_t now = now_ms(gate->api);
    while (gate->first != NULL && (gate->closing || gate->first->gate_until_ms <= now ||
                                   room_take(gate->api, &room, gate->first))) {
        *end = first_take(gate);
        end = &(*end)->next;
    }
    *end = NULL;
    return visits;
}

static void *gate_run(void *self)
{
    struct gate *gate = self;
    const struct timespec pause = {.tv_nsec = API_GATE_EVERY_MS * 1000000L};
    (void)pthread_mutex_lock(&gate->lock);
    while (!gate->closing || gate->first != NULL) {
        if (gate->first == NULL) {
            (void)pthread_cond_wait(&gate->some, &gate->lock);
            continue;
        }
        struct visit *visit = called(gate);
        bool waits = gate->first != NULL;
        (void)pthread_mutex_unlock(&gate->lock);
        while (visit != NULL) {
            struct visit *next = visit->next; /* it may be gone when it was called in */
            http_readmit(visit->request);
            visit = next;
        }
        if (waits)
            (void)nanosleep(&pause, NULL);
        (void)pthread_mutex_lock(&gate->lock);
    }
    (void)pthread_mutex_unlock(&gate->lock);
    return NULL;
}

static struct http_admission come_again(struct visit *visit, struct http_answer *answer)
{
    deliveries_turned_away(visit->rooms->deliveries);
    visit_problem_wait(visit, PROBLEM_too_much, 1);
    *answer = visit->answer;
    return (struct http_admission){.refused = true, .body_size_max = API_TURNED_BYTES_MAX};
}

/* Keeps room for a body that comes now.  With the lock. */
static void let_in(struct gate *gate, struct visit *visit)
{
    uint64_t size = http_length(visit->request);
    visit->gate_bytes = size <= visit->route->body_max ? size : 0; /* it will hear why not */
    visit->gate_kept = true;
    gate->coming++;
    gate->coming_bytes += visit->gate_bytes;
}

void gate_came(struct visit *visit)
{
    struct gate *gate = &visit->api->gate;
    (void)pthread_mutex_lock(&gate->lock);
    if (visit->gate_kept) {
        gate->coming--;
        gate->coming_bytes -= visit->gate_bytes;
    }
    visit->gate_kept = false;
    (void)pthread_mutex_unlock(&gate->lock);
}

void gate_ended(void *api, struct http_request *request)
{
    struct visit *visit = *http_own(request);
    (void)api;
    if (visit != NULL && visit->route == &ROUTES[ROUTE_records])
        gate_came(visit);
}

static const struct http_admission WAITS = {.waits = true};

struct http_admission records_admit(struct visit *visit, struct http_answer *answer)
{
    struct gate *gate = &visit->api->gate;
    struct http_admission comes = {.body_size_max = visit->route->body_max};
    if (visit->rooms->deliveries == NULL || visit->rooms->process.would_take == NULL)
        return comes;
    (void)pthread_mutex_lock(&gate->lock);
    struct room room = room_now(gate);
    bool closing = gate->closing;
    bool waits = !closing && (gate->first != NULL || !room_take(visit->api, &room, visit));
    if (waits) {
        visit->gate_until_ms = now_ms(visit->api) + API_GATE_WAIT_MS;
        visit->next = NULL;
        *(gate->first == NULL ? &gate->first : &gate->last->next) = visit;
        gate->last = visit;
        (void)pthread_cond_signal(&gate->some);
    } else if (!closing) {
        let_in(gate, visit);
    }
    (void)pthread_mutex_unlock(&gate->lock);
    return waits ? WAITS : closing ? come_again(visit, answer) : comes;
}

/* What room it was called in for may be somebody else's by now: then it is the first again. */
struct http_admission gate_readmit(void *self, struct http_request *request,
                                   struct http_answer *answer)
{
    struct api *api = self;
    struct gate *gate = &api->gate;
    struct visit *visit = *http_own(request);
    (void)pthread_mutex_lock(&gate->lock);
    struct room room = room_now(gate);
    bool comes = room_take(api, &room, visit);
    bool waits = !comes && !gate->closing && now_ms(api) < visit->gate_until_ms;
    if (waits) {
        visit->next = gate->first;
        gate->first = visit;
        gate->last = gate->last == NULL ? visit : gate->last;
        (void)pthread_cond_signal(&gate->some);
    } else if (comes) {
        let_in(gate, visit);
    }
    (void)pthread_mutex_unlock(&gate->lock);
    if (waits)
        return WAITS;
    if (comes)
        return (struct http_admission){.body_size_max = visit->route->body_max};
    return come_again(visit, answer);
}

enum status gate_start(struct gate *gate, struct api *api)
{
    (void)pthread_mutex_init(&gate->lock, NULL);
    (void)pthread_cond_init(&gate->some, NULL);
    gate->api = api;
    gate->runs = pthread_create(&gate->thread, NULL, gate_run, gate) == 0;
    return gate->runs ? STATUS_OK : STATUS_FULL;
}

void gate_stop(struct gate *gate)
{
    if (!gate->runs)
        return;
    (void)pthread_mutex_lock(&gate->lock);
    gate->closing = true;
    (void)pthread_cond_signal(&gate->some);
    (void)pthread_mutex_unlock(&gate->lock);
    (void)pthread_join(gate->thread, NULL);
    gate->runs = false;
}
