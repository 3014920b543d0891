/* busy.c -- running answers for an entity with many events.
 *
 * For each feature the state keeps a stretch of the entity's events, from place `tail` to before
 * place `head`, and what has been counted over exactly these.  A question about another time
 * moves both ends there, one event in or out at a time, forward or backward: the answer is the
 * same as a scan's, and costs what has changed since the last question.
 *
 *   state   tally[features]         ends, count, sum, how often the commonest value occurs
 *           summary[capacity / 64]  all flags of 64 places together, for FIRST, LAST and SINCE
 *           per feature:
 *             COUNTS  value[slots], how_often[slots]; linear probing, an empty slot has 0;
 *                     values[n] = number of values that occur n times
 *             ORDER   number[capacity], sorted
 *           per flag and value that LINKS need: links.h
 *
 * Invariants:  1. What a tally has counted is what a scan from tail to head would count.
 *              2. start <= tail <= head <= end of the block.
 *              3. Nothing here takes memory: the state is as large as the block's capacity can
 *                 ever need.
 *              4. A sum is only trusted while every value in it is whole and below 2^39: then the
 *                 doubles of a scan are exact in any order.  Else (`odd` > 0) it is scanned.
 * Not chosen:  a monotonic queue for MIN and MAX.  It cannot go backward, and records arrive a
 *              little out of order all the time. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/window/window_inside.h"

#include "detect/window/links.h"
#include "ground/status.h"
#include <stdlib.h>

enum needs { NEEDS_NOTHING, NEEDS_SUM, NEEDS_LINKS, NEEDS_COUNTS, NEEDS_ORDER, NEEDS_INDEX };

static const enum needs NEEDS[MEASURES_COUNT] = {
#define MEASURE(word, takes_value, needs) [MEASURE_##word] = NEEDS_##needs,
#include "detect/window/measures.inc"
#undef MEASURE
};

struct tally {
    uint16_t tail;
    uint16_t head;
    uint32_t count; /* events counted between them */
    int64_t sum;
    uint32_t odd;  /* values that are not small and whole */
    uint32_t most; /* COUNTS: how often the commonest value occurs; LINKS: different values */
};

struct table {
    uint64_t *value;
    uint16_t *often;
    uint16_t *values;
    uint32_t slots;
};

/* One feature of one entity, with everything that the work on it needs. */
struct work {
    const uint16_t *back; /* links, where the feature needs them */
    const uint16_t *ahead;
    const struct window_feature *feature;
    struct tally *tally;
    unsigned char *area;
    const struct geometry *geometry;
    const uint64_t *events;
    uint32_t stride;
    uint32_t flags_at;
    uint32_t value_at;
};

static const double WHOLE_MAX = 549755813888.0; /* 2^39: times 2^14 events still below 2^53 */

/* ---- layout ---- */

static uint32_t rounded(size_t size)
{
    return (uint32_t)((size + 15) & ~(size_t)15);
}

static bool same_links(const struct window_feature *a, const struct window_feature *b)
{
    return a->bit == b->bit && a->value == b->value;
}

void busy_features(struct window *window)
{
    const struct window_plan *plan = &window->plan;
    for (unsigned f = 0; f < plan->features_count; f++) {
        const struct window_feature *feature = &plan->feature[f];
        enum needs needs = NEEDS[feature->measure];
        if (feature->unread)
            continue;
        window->asked[window->asked_count++] = (uint8_t)f;
        window->indexed |= needs == NEEDS_INDEX;
        if (needs != NEEDS_LINKS)
            continue;
        uint32_t set = 0;
        while (set < window->links_count &&
               !same_links(feature, &plan->feature[window->links_feature[set]]))
            set++;
        if (set == window->links_count)
            window->links_feature[window->links_count++] = (uint8_t)f;
        window->links_of[f] = (uint8_t)set;
    }
}

void busy_plan(const struct window *window, struct geometry *geometry)
{
    const struct window_plan *plan = &window->plan;
    uint32_t capacity = geometry->capacity;
    uint32_t at = rounded(plan->features_count * sizeof(struct tally));
    geometry->table_slots = capacity + capacity / 3 + 8;
    geometry->summary_at = at;
    if (window->indexed)
        at += rounded((capacity / 64 + 1) * sizeof(uint64_t));
    for (uint32_t set = 0; set < window->links_count; set++) {
        geometry->links_at[set] = at;
        at += rounded(links_size(capacity, geometry->table_slots));
    }
    for (uint32_t i = 0; i < window->asked_count; i++) {
        unsigned f = window->asked[i];
        geometry->feature_at[f] = at;
        enum needs needs = NEEDS[plan->feature[f].measure];
        if (needs == NEEDS_COUNTS) {
            at += rounded(geometry->table_slots * (sizeof(uint64_t) + sizeof(uint16_t)));
            at += rounded((capacity + 2) * sizeof(uint16_t));
        }
        if (needs == NEEDS_ORDER)
            at += rounded(capacity * sizeof(double));
    }
    geometry->state_size = at > POOL_UNIT ? at : POOL_UNIT;
}

static unsigned char *state_of(const struct window *window, struct block *block)
{
    return pool_at(window->pool, busy_at(block)->state);
}

static struct work work_on(const struct window *window, struct block *block, unsigned feature)
{
    const struct geometry *geometry = &window->geometry[block->class];
    unsigned char *state = state_of(window, block);
    uint16_t *links = (uint16_t *)(state + geometry->links_at[window->links_of[feature]]);
    return (struct work){
        .back = links,
        .ahead = links + geometry->capacity,
        .feature = &window->plan.feature[feature],
        .tally = (struct tally *)state + feature,
        .area = state + geometry->feature_at[feature],
        .geometry = geometry,
        .events = events_at(window, block),
        .stride = window->stride,
        .flags_at = window->flags_at,
        .value_at = window->values_at + window->plan.feature[feature].value,
    };
}

static struct links links_of(const struct window *window, struct block *block, uint32_t set)
{
    const struct geometry *geometry = &window->geometry[block->class];
    const struct window_feature *feature = &window->plan.feature[window->links_feature[set]];
    struct links links = {
        .back = (uint16_t *)(state_of(window, block) + geometry->links_at[set]),
        .slots = geometry->table_slots,
        .events = events_at(window, block),
        .stride = window->stride,
        .flags_at = window->flags_at,
        .value_at = window->values_at + feature->value,
        .bit = feature->bit,
    };
    links.ahead = links.back + geometry->capacity;
    links.last = links.ahead + geometry->capacity;
    return links;
}

static struct table table_of(const struct work *work)
{
    uint32_t slots = work->geometry->table_slots;
    struct table table = {.value = (uint64_t *)work->area, .slots = slots};
    table.often = (uint16_t *)(table.value + slots);
    table.values =
        (uint16_t *)(work->area + rounded(slots * (sizeof(uint64_t) + sizeof(uint16_t))));
    return table;
}

static const uint64_t *event_of(const struct work *work, uint32_t place)
{
    return work->events + (size_t)place * work->stride;
}

static bool counts(const struct work *work, const uint64_t *event)
{
    return (event[work->flags_at] >> work->feature->bit & 1u) != 0;
}

/* ---- tables: each value and how often it occurs ---- */

static uint32_t table_place(const struct table *table, uint64_t value)
{
    uint32_t at = (uint32_t)hash_place(window_hash(value), table->slots);
    while (table->often[at] != 0 && table->value[at] != value)
        at = at + 1 == table->slots ? 0 : at + 1;
    return at;
}

/* Empties a slot and closes the gap: whatever would no longer be found moves up. */
static void table_empty(struct table *table, uint32_t gap)
{
    uint32_t at = gap;
    table->often[gap] = 0;
    for (;;) {
        at = at + 1 == table->slots ? 0 : at + 1;
        if (table->often[at] == 0)
            return;
        uint32_t home = (uint32_t)hash_place(window_hash(table->value[at]), table->slots);
        bool stays = gap < at ? home > gap && home <= at : home > gap || home <= at;
        if (stays)
            continue;
        table->value[gap] = table->value[at];
        table->often[gap] = table->often[at];
        table->often[at] = 0;
        gap = at;
    }
}

static uint32_t table_add(struct table *table, uint64_t value)
{
    uint32_t at = table_place(table, value);
    table->value[at] = value;
    return ++table->often[at];
}

static uint32_t table_remove(struct table *table, uint64_t value)
{
    uint32_t at = table_place(table, value);
    must(table->often[at] != 0); /* it was added when it came into the stretch */
    uint32_t left = --table->often[at];
    if (left == 0)
        table_empty(table, at);
    return left;
}

/* ---- sorted numbers ---- */

/* The first place whose number is not below. */
static uint32_t order_place(const double *number, uint32_t count, double value)
{
    uint32_t low = 0;
    while (low < count) {
        uint32_t middle = low + (count - low) / 2;
        if (number[middle] < value)
            low = middle + 1;
        else
            count = middle;
    }
    return low;
}

static void order_add(double *number, uint32_t count, double value)
{
    uint32_t at = order_place(number, count, value);
    memmove(number + at + 1, number + at, (count - at) * sizeof *number);
    number[at] = value;
}

static void order_remove(double *number, uint32_t count, double value)
{
    uint32_t at = order_place(number, count, value);
    must(at < count);
    memmove(number + at, number + at + 1, (count - at - 1) * sizeof *number);
}

static int order_compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* ---- one event in, one event out ---- */

/* Whether no other event of the stretch holds the value of the one at `place`. */
static bool alone(const struct work *work, uint32_t place)
{
    uint32_t back = work->back[place];
    uint32_t ahead = work->ahead[place];
    return (back == 0 || place - back < work->tally->tail) &&
           (ahead == 0 || place + ahead >= work->tally->head);
}

static void event_in(struct work *work, uint32_t place)
{
    struct tally *tally = work->tally;
    const uint64_t *event = event_of(work, place);
    if (!counts(work, event))
        return;
    switch (NEEDS[work->feature->measure]) {
    case NEEDS_SUM: {
        double number = number_of(event[work->value_at]);
        if (fabs(number) < WHOLE_MAX && floor(number) == number)
            tally->sum += (int64_t)number;
        else
            tally->odd++;
        break;
    }
    case NEEDS_LINKS:
        tally->most += alone(work, place);
        break;
    case NEEDS_COUNTS: {
        struct table table = table_of(work);
        uint32_t often = table_add(&table, event[work->value_at]);
        table.values[often - 1] = (uint16_t)(table.values[often - 1] - (often > 1));
        table.values[often]++;
        if (often > tally->most)
            tally->most = often;
        break;
    }
    case NEEDS_ORDER:
        order_add((double *)work->area, tally->count, number_of(event[work->value_at]));
        break;
    case NEEDS_NOTHING:
    case NEEDS_INDEX:
        break;
    }
    tally->count++;
}

static void event_out(struct work *work, uint32_t place)
{
    struct tally *tally = work->tally;
    const uint64_t *event = event_of(work, place);
    if (!counts(work, event))
        return;
    switch (NEEDS[work->feature->measure]) {
    case NEEDS_SUM: {
        double number = number_of(event[work->value_at]);
        if (fabs(number) < WHOLE_MAX && floor(number) == number)
            tally->sum -= (int64_t)number;
        else
            tally->odd--;
        break;
    }
    case NEEDS_LINKS:
        tally->most -= alone(work, place);
        break;
    case NEEDS_COUNTS: {
        struct table table = table_of(work);
        uint32_t often = table_remove(&table, event[work->value_at]);
        table.values[often + 1]--;
        table.values[often] = (uint16_t)(table.values[often] + (often > 0));
        if (table.values[tally->most] == 0)
            tally->most--;
        break;
    }
    case NEEDS_ORDER:
        order_remove((double *)work->area, tally->count, number_of(event[work->value_at]));
        break;
    case NEEDS_NOTHING:
    case NEEDS_INDEX:
        break;
    }
    tally->count--;
}

/* Fresh memory: nothing in it can be believed. */
static void tally_wipe(struct work *work, uint32_t place)
{
    *work->tally = (struct tally){.tail = (uint16_t)place, .head = (uint16_t)place};
    if (NEEDS[work->feature->measure] != NEEDS_COUNTS)
        return;
    struct table table = table_of(work);
    memset(table.often, 0, table.slots * sizeof *table.often);
    memset(table.values, 0, (work->geometry->capacity + 2) * sizeof *table.values);
}

/* Nothing is counted any more: a short stretch goes event by event, a long one with its table. */
static void tally_clear(struct work *work, uint32_t place)
{
    struct tally *tally = work->tally;
    bool costly = NEEDS[work->feature->measure] == NEEDS_COUNTS;
    if (costly && tally->head - tally->tail < (int)work->geometry->table_slots / 32)
        while (tally->head > tally->tail)
            event_out(work, --tally->head);
    if (tally->count > 0)
        tally_wipe(work, place);
    *tally = (struct tally){.tail = (uint16_t)place, .head = (uint16_t)place};
}

/* ---- moving the ends ---- */

/* The first place in low .. high whose first word is not below `word`. */
static uint32_t place_of(const struct work *work, uint32_t low, uint32_t high, uint64_t word)
{
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (event_of(work, middle)[0] < word)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The same, looked for from `near` on: most questions move an end by one or two. */
static uint32_t place_near(const struct work *work, const struct block *block, uint32_t near,
                           uint64_t word)
{
    uint32_t steps = 0;
    while (near < block->end && event_of(work, near)[0] < word) {
        if (++steps == 8)
            return place_of(work, near, block->end, word);
        near++;
    }
    while (near > block->start && event_of(work, near - 1)[0] >= word) {
        if (++steps >= 16)
            return place_of(work, block->start, near, word);
        near--;
    }
    return near;
}

/* All numbers of the stretch at once: adding them one by one would move each many times. */
static void order_fill(struct work *work, uint32_t tail, uint32_t head)
{
    double *number = (double *)work->area;
    uint32_t count = 0;
    for (uint32_t place = tail; place < head; place++) {
        const uint64_t *event = event_of(work, place);
        if (counts(work, event))
            number[count++] = number_of(event[work->value_at]);
    }
    qsort(number, count, sizeof *number, order_compare);
    *work->tally = (struct tally){(uint16_t)tail, (uint16_t)head, count, 0, 0, 0};
}

static void tally_move(struct work *work, uint32_t tail, uint32_t head)
{
    struct tally *tally = work->tally;
    if (tail >= tally->head || head <= tally->tail)
        tally_clear(work, tail);
    uint32_t change =
        (uint32_t)abs(tally->head - (int)head) + (uint32_t)abs(tally->tail - (int)tail);
    if (NEEDS[work->feature->measure] == NEEDS_ORDER && change > 16 && change > tally->count / 4) {
        order_fill(work, tail, head);
        return;
    }
    /* An event is asked whether it is alone while it stands outside: after it has left, before it
     * has come. */
    for (; tally->head < head; tally->head++)
        event_in(work, tally->head);
    while (tally->head > head)
        event_out(work, --tally->head);
    while (tally->tail < tail)
        event_out(work, tally->tail++);
    for (; tally->tail > tail; tally->tail--)
        event_in(work, tally->tail - 1u);
}

/* ---- summaries ---- */

static uint64_t *summary_of(const struct window *window, struct block *block)
{
    return (uint64_t *)(state_of(window, block) + window->geometry[block->class].summary_at);
}

/* From the summary that holds `place` to the end. */
static void summarise(const struct window *window, struct block *block, uint32_t place)
{
    if (!window->indexed)
        return;
    uint64_t *summary = summary_of(window, block);
    const uint64_t *events = events_at(window, block);
    for (uint32_t group = place / 64; group * 64 < block->end; group++) {
        uint64_t flags = 0;
        uint32_t end = (group + 1) * 64 < block->end ? (group + 1) * 64 : block->end;
        for (uint32_t i = group * 64 > block->start ? group * 64 : block->start; i < end; i++)
            flags |= events[(size_t)i * window->stride + window->flags_at];
        summary[group] = flags;
    }
}

/* The first counted place in tail .. head, or head. */
static uint32_t first_counted(const struct work *work, const uint64_t *summary, uint32_t tail,
                              uint32_t head)
{
    for (uint32_t place = tail; place < head;) {
        if ((summary[place / 64] >> work->feature->bit & 1u) == 0) {
            place = (place / 64 + 1) * 64;
            continue;
        }
        if (counts(work, event_of(work, place)))
            return place;
        place++;
    }
    return head;
}

/* One behind the last counted place in tail .. head, or tail. */
static uint32_t last_counted(const struct work *work, const uint64_t *summary, uint32_t tail,
                             uint32_t head)
{
    for (uint32_t place = head; place > tail;) {
        if ((summary[(place - 1) / 64] >> work->feature->bit & 1u) == 0) {
            place = (place - 1) / 64 * 64;
            continue;
        }
        if (counts(work, event_of(work, place - 1)))
            return place;
        place--;
    }
    return tail;
}

/* ---- the entity changes ---- */

void busy_begin(const struct window *window, struct block *block)
{
    for (uint32_t i = 0; i < window->asked_count; i++) {
        struct work work = work_on(window, block, window->asked[i]);
        tally_wipe(&work, block->start);
    }
    for (uint32_t set = 0; set < window->links_count; set++) {
        struct links links = links_of(window, block, set);
        links_wipe(&links);
        for (uint32_t place = block->start; place < block->end; place++)
            links_append(&links, place);
    }
    summarise(window, block, block->start);
}

static void table_copy(const struct work *from, struct work *to)
{
    struct table old = table_of(from);
    struct table new = table_of(to);
    memset(new.often, 0, new.slots * sizeof *new.often);
    for (uint32_t i = 0; i < old.slots; i++) {
        if (old.often[i] == 0)
            continue;
        uint32_t at = table_place(&new, old.value[i]);
        new.value[at] = old.value[i];
        new.often[at] = old.often[i];
    }
    uint32_t kept = from->geometry->capacity < to->geometry->capacity ? from->geometry->capacity
                                                                      : to->geometry->capacity;
    memset(new.values, 0, (to->geometry->capacity + 2) * sizeof *new.values);
    memcpy(new.values, old.values, (kept + 2) * sizeof *new.values);
}

void busy_move(const struct window *window, struct block *from, struct block *to, uint32_t shift)
{
    for (uint32_t i = 0; i < window->asked_count; i++) {
        struct work old = work_on(window, from, window->asked[i]);
        struct work new = work_on(window, to, window->asked[i]);
        uint32_t count = old.tally->count;
        *new.tally = *old.tally;
        new.tally->tail = (uint16_t)(old.tally->tail - shift);
        new.tally->head = (uint16_t)(old.tally->head - shift);
        if (from == to)
            continue;
        enum needs needs = NEEDS[old.feature->measure];
        if (needs == NEEDS_COUNTS)
            table_copy(&old, &new);
        if (needs == NEEDS_ORDER)
            memcpy(new.area, old.area, count * sizeof(double));
    }
    for (uint32_t set = 0; set < window->links_count; set++) {
        struct links old = links_of(window, from, set);
        struct links new = links_of(window, to, set);
        links_move(&old, &new, to->start + shift, to->end + shift, shift);
    }
    summarise(window, to, 0);
}

/* An event behind all others is in no stretch yet. */
static void busy_append(const struct window *window, struct block *block, uint32_t place)
{
    for (uint32_t set = 0; set < window->links_count; set++) {
        struct links links = links_of(window, block, set);
        links_append(&links, place);
    }
    if (!window->indexed)
        return;
    uint64_t flags = events_at(window, block)[(size_t)place * window->stride + window->flags_at];
    uint64_t *summary = summary_of(window, block) + place / 64;
    *summary = place % 64 == 0 ? flags : *summary | flags;
}

void busy_insert(const struct window *window, struct block *block, uint32_t place)
{
    if (place + 1u == block->end) {
        busy_append(window, block, place);
        return;
    }
    for (uint32_t set = 0; set < window->links_count; set++) {
        struct links links = links_of(window, block, set);
        links_insert(&links, place, block->end);
    }
    for (uint32_t i = 0; i < window->asked_count; i++) {
        struct work work = work_on(window, block, window->asked[i]);
        struct tally *tally = work.tally;
        if (place >= tally->head)
            continue;
        tally->head++;
        if (place < tally->tail)
            tally->tail++;
        else
            event_in(&work, place);
    }
    summarise(window, block, place);
}

void busy_drop(const struct window *window, struct block *block, uint32_t start)
{
    const struct tally *tallies = (const struct tally *)state_of(window, block);
    for (uint32_t i = 0; i < window->asked_count; i++) {
        if (tallies[window->asked[i]].tail >= start)
            continue;
        struct work work = work_on(window, block, window->asked[i]);
        struct tally *tally = work.tally;
        if (tally->head <= start) {
            tally_clear(&work, start);
            continue;
        }
        while (tally->tail < start)
            event_out(&work, tally->tail++);
    }
    for (uint32_t set = 0; set < window->links_count; set++) {
        struct links links = links_of(window, block, set);
        links_drop(&links, block->start, start);
    }
}

uint64_t busy_summary(const struct window *window, struct block *block, uint32_t place)
{
    return window->indexed ? summary_of(window, block)[place / 64] : 0;
}

void busy_take_back(const struct window *window, struct block *block, uint64_t summary)
{
    uint32_t place = block->end - 1u;
    for (uint32_t i = 0; i < window->asked_count; i++) {
        struct work work = work_on(window, block, window->asked[i]);
        struct tally *tally = work.tally;
        if (tally->tail > place) /* an empty stretch behind it */
            tally->tail = tally->head = (uint16_t)place;
        if (tally->head > place)
            event_out(&work, --tally->head);
    }
    for (uint32_t set = 0; set < window->links_count; set++) {
        struct links links = links_of(window, block, set);
        links_take_back(&links, place);
    }
    if (window->indexed)
        summary_of(window, block)[place / 64] = summary;
    block->end--;
}

/* No stretch reaches back to it; the next question that does will fetch it. */
void busy_recall(const struct window *window, struct block *block)
{
    block->start--;
    for (uint32_t set = 0; set < window->links_count; set++) {
        struct links links = links_of(window, block, set);
        links_recall(&links, block->start);
    }
}

/* ---- answers ---- */

/* Left to right, as the language says, where the order could show. */
static double odd_sum(const struct work *work)
{
    double sum = 0;
    for (uint32_t place = work->tally->tail; place < work->tally->head; place++) {
        const uint64_t *event = event_of(work, place);
        if (counts(work, event))
            sum += number_of(event[work->value_at]);
    }
    return sum;
}

static uint64_t answer_fresh(const struct work *work, bool own)
{
    if (!own || work->tally->head == work->tally->tail)
        return WINDOW_UNKNOWN;
    uint32_t place = work->tally->head - 1u;
    if (!counts(work, event_of(work, place)))
        return WINDOW_UNKNOWN;
    return alone(work, place) ? WINDOW_TRUE : WINDOW_FALSE;
}

static uint64_t answer_place(const struct window *window, struct block *block,
                             const struct work *work, int64_t at_ms)
{
    const uint64_t *summary = summary_of(window, block);
    uint32_t tail = work->tally->tail;
    uint32_t head = work->tally->head;
    if (work->tally->count == 0)
        return nothing_of(work->feature);
    if (work->feature->measure == MEASURE_FIRST)
        return event_of(work, first_counted(work, summary, tail, head))[work->value_at];
    const uint64_t *last = event_of(work, last_counted(work, summary, tail, head) - 1);
    if (work->feature->measure == MEASURE_LAST)
        return last[work->value_at];
    return bits_of((double)(at_ms - event_ms(block, last)));
}

static uint64_t answer_order(const struct work *work)
{
    const double *number = (const double *)work->area;
    uint32_t count = work->tally->count;
    if (count == 0)
        return nothing_of(work->feature);
    if (work->feature->measure == MEASURE_MIN)
        return bits_of(number[0]);
    if (work->feature->measure == MEASURE_MAX)
        return bits_of(number[count - 1]);
    return bits_of(number[quantile_place(work->feature->quantile, count)]);
}

static uint64_t answer_of(const struct window *window, struct block *block, const struct work *work,
                          int64_t at_ms, bool own)
{
    const struct tally *tally = work->tally;
    double sum = tally->odd > 0 ? odd_sum(work) : (double)tally->sum;
    switch (work->feature->measure) {
    case MEASURE_COUNT:
        return bits_of((double)tally->count);
    case MEASURE_SUM:
        return bits_of(sum);
    case MEASURE_MEAN:
        return tally->count == 0 ? nothing_of(work->feature) : bits_of(sum / tally->count);
    case MEASURE_DISTINCT:
        return bits_of((double)tally->most);
    case MEASURE_TOP:
        return tally->count == 0 ? nothing_of(work->feature)
                                 : bits_of((double)tally->most / tally->count);
    case MEASURE_FRESH:
        return answer_fresh(work, own);
    case MEASURE_FIRST:
    case MEASURE_LAST:
    case MEASURE_SINCE:
        return answer_place(window, block, work, at_ms);
    case MEASURE_MIN:
    case MEASURE_MAX:
    case MEASURE_QUANTILE:
        return answer_order(work);
    case MEASURES_COUNT:
        break;
    }
    must(!"a measure of measures.inc");
    return 0;
}

/* The end of all stretches is the same, and so is the beginning of those of one span. */
void busy_read(const struct window *window, struct block *block, int64_t at_ms,
               const struct window_want *want, unsigned wants_count, unsigned lane, bool own)
{
    uint32_t events_count = (uint32_t)(block->end - block->start);
    uint64_t after = word_after(block->base_ms, at_ms);
    uint32_t head = UINT32_MAX;
    uint32_t tail = 0;
    int64_t span_ms = -1;
    for (unsigned i = 0; i < wants_count; i++) {
        const struct window_feature *feature = &window->plan.feature[want[i].feature];
        if (events_count < want[i].needed) {
            want[i].into[lane] = bound_of(feature, events_count);
            continue;
        }
        struct work work = work_on(window, block, want[i].feature);
        if (head == UINT32_MAX)
            head = place_near(&work, block, block->end, after);
        if (feature->span_ms != span_ms) {
            uint64_t from = word_after(block->base_ms, at_ms - feature->span_ms);
            tail = place_near(&work, block, work.tally->tail, from);
            span_ms = feature->span_ms;
        }
        if (work.tally->tail != tail || work.tally->head != head)
            tally_move(&work, tail, head);
        want[i].into[lane] = answer_of(window, block, &work, at_ms, own);
    }
}
