/* hand.c -- two rules without a language: a table, a ring of events per entity, counts kept.
 *
 * Written as one would for speed: batches of 32 with prefetch, running counts, a table of values
 * only for entities with many.  Records must come in the order of their time. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "hand.h"

#include "ground/arena.h"
#include "ground/status.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { HOUR = 3600000, DAY = 86400000, FEW = 16, BATCH = 32 };

struct event {
    int64_t at_ms;
    uint64_t value;
    uint32_t duration_ms;
    uint32_t padding;
};

struct entity {
    uint64_t key;
    struct event *event;
    uint64_t *value; /* NULL while there are few */
    uint32_t *often;
    uint32_t start, end, room, places;
    uint32_t distinct, known;
    int64_t sum_ms;
};

struct table {
    struct entity *entity;
    uint64_t places;
    int64_t span_ms;
};

struct hand {
    struct table callers, boxes;
};

static uint64_t mix(uint64_t key)
{
    unsigned __int128 wide = (unsigned __int128)(key ^ 0x9E3779B97F4A7C15u) * 0xD6E8FEB86659FD93u;
    return ((uint64_t)wide ^ (uint64_t)(wide >> 64)) * 0xA0761D6478BD642Fu;
}

static uint64_t place(uint64_t hash, uint64_t places)
{
    return (uint64_t)(((unsigned __int128)hash * places) >> 64);
}

static void *room(size_t size)
{
    void *at = malloc(size); /* a yardstick, no part of the house */
    must(at != NULL);
    return at;
}

static uint32_t value_place(const struct entity *entity, uint64_t value)
{
    uint32_t at = (uint32_t)place(mix(value), entity->places);
    while (entity->often[at] != 0 && entity->value[at] != value)
        at = at + 1 == entity->places ? 0 : at + 1;
    return at;
}

static void value_remove(struct entity *entity, uint64_t value)
{
    uint32_t gap = value_place(entity, value);
    if (--entity->often[gap] > 0)
        return;
    entity->distinct--;
    for (uint32_t at = gap;;) {
        at = at + 1 == entity->places ? 0 : at + 1;
        if (entity->often[at] == 0)
            return;
        uint32_t home = (uint32_t)place(mix(entity->value[at]), entity->places);
        if (gap < at ? home > gap && home <= at : home > gap || home <= at)
            continue;
        entity->value[gap] = entity->value[at];
        entity->often[gap] = entity->often[at];
        entity->often[at] = 0;
        gap = at;
    }
}

static void value_add(struct entity *entity, uint64_t value)
{
    uint32_t at = value_place(entity, value);
    entity->distinct += entity->often[at] == 0;
    entity->value[at] = value;
    entity->often[at]++;
}

static void values_rebuild(struct entity *entity)
{
    free(entity->value);
    free(entity->often);
    entity->places = entity->room * 2;
    entity->value = room(entity->places * sizeof *entity->value);
    entity->often = room(entity->places * sizeof *entity->often);
    memset(entity->often, 0, entity->places * sizeof *entity->often);
    entity->distinct = 0;
    for (uint32_t i = entity->start; i < entity->end; i++)
        value_add(entity, entity->event[i].value);
}

static void entity_grow(struct entity *entity)
{
    uint32_t count = entity->end - entity->start;
    if (entity->start > 0 && entity->start >= entity->room / 4) {
        memmove(entity->event, entity->event + entity->start, count * sizeof *entity->event);
    } else {
        uint32_t more = entity->room == 0 ? 4 : entity->room * 2;
        struct event *event = room(more * sizeof *event);
        if (count > 0)
            memcpy(event, entity->event + entity->start, count * sizeof *event);
        free(entity->event);
        entity->event = event;
        entity->room = more;
    }
    entity->start = 0;
    entity->end = count;
    if (entity->room > FEW)
        values_rebuild(entity);
}

static void entity_take(struct entity *entity, const struct event *event, int64_t span_ms)
{
    while (entity->start < entity->end &&
           entity->event[entity->start].at_ms <= event->at_ms - span_ms) {
        const struct event *old = &entity->event[entity->start++];
        entity->known -= old->duration_ms != UINT32_MAX;
        entity->sum_ms -= old->duration_ms == UINT32_MAX ? 0 : old->duration_ms;
        if (entity->value != NULL)
            value_remove(entity, old->value);
    }
    if (entity->end == entity->room)
        entity_grow(entity);
    entity->event[entity->end++] = *event;
    entity->known += event->duration_ms != UINT32_MAX;
    entity->sum_ms += event->duration_ms == UINT32_MAX ? 0 : event->duration_ms;
    if (entity->value != NULL) {
        value_add(entity, event->value);
        return;
    }
    entity->distinct = 0;
    for (uint32_t i = entity->start; i < entity->end; i++) {
        bool first = true;
        for (uint32_t j = entity->start; first && j < i; j++)
            first = entity->event[j].value != entity->event[i].value;
        entity->distinct += first;
    }
}

static struct entity *entity_of(struct table *table, uint64_t key)
{
    uint64_t at = place(mix(key), table->places);
    while (table->entity[at].key != 0 && table->entity[at].key != key)
        at = at + 1 == table->places ? 0 : at + 1;
    table->entity[at].key = key;
    return &table->entity[at];
}

static void prefetch(const struct table *table, uint64_t key)
{
    const char *at = (const char *)&table->entity[place(mix(key), table->places)];
    __builtin_prefetch(at, 1);
    __builtin_prefetch(at + 63, 1);
}

static void prefetch_events(struct entity *entity)
{
    const char *at = (const char *)(entity->event + entity->end);
    __builtin_prefetch(at, 1);
    __builtin_prefetch(at - 64);
    __builtin_prefetch(entity->event + entity->start);
}

uint64_t hand_take(struct hand *hand, const struct hand_call *calls, uint32_t count)
{
    uint64_t alerts = 0;
    struct entity *caller[BATCH], *box[BATCH];
    for (uint32_t from = 0; from < count; from += BATCH) {
        uint32_t many = count - from < BATCH ? count - from : BATCH;
        for (uint32_t i = 0; i < many; i++) {
            prefetch(&hand->callers, calls[from + i].caller);
            prefetch(&hand->boxes, calls[from + i].imei);
        }
        for (uint32_t i = 0; i < many; i++) {
            caller[i] = entity_of(&hand->callers, calls[from + i].caller);
            box[i] = entity_of(&hand->boxes, calls[from + i].imei);
            prefetch_events(caller[i]);
            prefetch_events(box[i]);
        }
        for (uint32_t i = 0; i < many; i++) {
            const struct hand_call *call = &calls[from + i];
            struct event called = {call->at_ms, call->callee, call->duration_ms, 0};
            struct event carded = {call->at_ms, call->imsi, UINT32_MAX, 0};
            entity_take(caller[i], &called, hand->callers.span_ms);
            entity_take(box[i], &carded, hand->boxes.span_ms);
            alerts += caller[i]->distinct >= 30 && caller[i]->known > 0 &&
                      (double)caller[i]->sum_ms / caller[i]->known < 60000.0;
            alerts += box[i]->distinct >= 5;
        }
    }
    return alerts;
}

struct hand *hand_create(uint64_t entities_max)
{
    struct hand *hand = room(sizeof *hand);
    hand->callers = (struct table){NULL, entities_max * 2, HOUR};
    hand->boxes = (struct table){NULL, entities_max * 2, DAY};
    void *pages;
    must(pages_take(hand->callers.places * sizeof(struct entity), &pages) == STATUS_OK);
    hand->callers.entity = pages;
    must(pages_take(hand->boxes.places * sizeof(struct entity), &pages) == STATUS_OK);
    hand->boxes.entity = pages;
    return hand;
}

/* The process ends with it; its events go with the process. */
void hand_destroy(struct hand *hand)
{
    pages_give_back(hand->callers.entity, hand->callers.places * sizeof(struct entity));
    pages_give_back(hand->boxes.entity, hand->boxes.places * sizeof(struct entity));
    free(hand);
}
