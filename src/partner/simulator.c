/* simulator.c -- a bad line between two houses, the same one each time for a seed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "partner/simulator.h"

#include <pthread.h>

enum { RECEIVE_MEMORY = 8 << 20 };

struct delayed {
    char *bytes; /* LETTER_ENVELOPE_MAX */
    size_t size;
};

struct simulator {
    struct arena *arena;
    struct chance chance;
    struct simulator_odds odds;
    struct simulator_receiver receiver;
    pthread_mutex_t lock;
    unsigned count, room;
    struct delayed *delayed;
};

static bool happens(struct simulator *simulator, unsigned of_a_thousand)
{
    return chance_below(&simulator->chance, 1000) < of_a_thousand;
}

static enum status arrive(struct simulator *simulator, struct slice envelope, struct text *answer)
{
    return simulator->receiver.receive(simulator->receiver.self, envelope, answer);
}

/* Lays it aside; false: there is no room. */
static bool delay(struct simulator *simulator, struct slice envelope)
{
    if (simulator->count == simulator->room || envelope.size > LETTER_ENVELOPE_MAX)
        return false;
    struct delayed *delayed = &simulator->delayed[simulator->count];
    if (delayed->bytes == NULL &&
        arena_take(simulator->arena, LETTER_ENVELOPE_MAX, (void **)&delayed->bytes) != STATUS_OK)
        return false;
    memcpy(delayed->bytes, envelope.at, envelope.size);
    delayed->size = envelope.size;
    simulator->count++;
    return true;
}

static enum status arrive_damaged(struct simulator *simulator, struct slice envelope,
                                  struct text *answer)
{
    char bytes[LETTER_ENVELOPE_MAX];
    must(envelope.size > 0 && envelope.size <= sizeof bytes);
    memcpy(bytes, envelope.at, envelope.size);
    bytes[chance_below(&simulator->chance, envelope.size)] ^=
        (char)(1U << chance_below(&simulator->chance, 7));
    return arrive(simulator, (struct slice){bytes, envelope.size}, answer);
}

static enum status hand_locked(struct simulator *simulator, struct slice envelope,
                               struct text *answer)
{
    char unheard[1];
    struct text nobody = text_over(unheard, sizeof unheard);
    const struct simulator_odds *odds = &simulator->odds;
    if (happens(simulator, odds->lost))
        return STATUS_IO;
    if (happens(simulator, odds->busy))
        return STATUS_LATE;
    if (happens(simulator, odds->refused))
        return STATUS_REFUSED;
    if (happens(simulator, odds->damaged))
        return arrive_damaged(simulator, envelope, answer);
    if (happens(simulator, odds->delayed) && delay(simulator, envelope))
        return STATUS_OK;
    if (happens(simulator, odds->doubled))
        (void)!(arrive(simulator, envelope, &nobody) == STATUS_OK);
    if (happens(simulator, odds->answer_lost)) {
        (void)!(arrive(simulator, envelope, &nobody) == STATUS_OK);
        return STATUS_IO;
    }
    return arrive(simulator, envelope, answer);
}

static enum status simulator_hand(void *self, const struct letter_id *id, struct slice envelope,
                                  struct text *answer)
{
    struct simulator *simulator = self;
    (void)id;
    (void)pthread_mutex_lock(&simulator->lock);
    enum status status = hand_locked(simulator, envelope, answer);
    (void)pthread_mutex_unlock(&simulator->lock);
    return status;
}

void simulator_shake(struct simulator *simulator, bool all)
{
    char unheard[1];
    struct text nobody = text_over(unheard, sizeof unheard);
    (void)pthread_mutex_lock(&simulator->lock);
    for (unsigned left = all ? simulator->count : (simulator->count + 1) / 2; left > 0; left--) {
        unsigned at = (unsigned)chance_below(&simulator->chance, simulator->count);
        struct delayed chosen = simulator->delayed[at];
        simulator->delayed[at] = simulator->delayed[--simulator->count];
        simulator->delayed[simulator->count] = chosen; /* its bytes are used again */
        (void)!(arrive(simulator, (struct slice){chosen.bytes, chosen.size}, &nobody) == STATUS_OK);
    }
    (void)pthread_mutex_unlock(&simulator->lock);
}

enum status simulator_create(struct simulator **out, uint64_t seed,
                             const struct simulator_odds *odds, unsigned delayed_max,
                             struct simulator_receiver receiver)
{
    struct arena *arena = NULL;
    struct simulator *simulator = NULL;
    TRY(arena_create(&arena, ((size_t)delayed_max + 1) * (LETTER_ENVELOPE_MAX + 64) + (1 << 20)));
    enum status status = ARENA_NEW(arena, 1, &simulator);
    if (status == STATUS_OK)
        status = ARENA_NEW(arena, delayed_max + 1, &simulator->delayed);
    if (status != STATUS_OK) {
        arena_destroy(arena);
        return status;
    }
    simulator->arena = arena;
    simulator->chance = chance_seeded(seed);
    simulator->odds = *odds;
    simulator->receiver = receiver;
    simulator->room = delayed_max;
    (void)pthread_mutex_init(&simulator->lock, NULL);
    *out = simulator;
    return STATUS_OK;
}

void simulator_destroy(struct simulator *simulator)
{
    if (simulator == NULL)
        return;
    (void)pthread_mutex_destroy(&simulator->lock);
    arena_destroy(simulator->arena);
}

void simulator_point(struct simulator *simulator, struct simulator_receiver receiver)
{
    (void)pthread_mutex_lock(&simulator->lock);
    simulator->receiver = receiver;
    (void)pthread_mutex_unlock(&simulator->lock);
}

void simulator_odds(struct simulator *simulator, const struct simulator_odds *odds)
{
    (void)pthread_mutex_lock(&simulator->lock);
    simulator->odds = *odds;
    (void)pthread_mutex_unlock(&simulator->lock);
}

struct outbox_way simulator_way(struct simulator *simulator)
{
    return (struct outbox_way){.hand = simulator_hand, .self = simulator};
}

static enum status outbox_hears(void *self, struct slice envelope, struct text *answer)
{
    struct arena *request = NULL;
    struct outbox_received received;
    TRY(arena_create(&request, RECEIVE_MEMORY));
    enum status status = outbox_receive(self, envelope, true, request, &received);
    if (status == STATUS_OK)
        text_add(answer, received.answer);
    arena_destroy(request);
    return status;
}

struct simulator_receiver simulator_receiver_of(struct outbox *outbox)
{
    return (struct simulator_receiver){outbox_hears, outbox};
}
