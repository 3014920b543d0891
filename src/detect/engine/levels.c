/* levels.c -- which profiles must be fed record by record, in which order the others go, and which
 * looks must wait.
 *
 *   purse[payer].from        a name that the profile purse gives: known when purse has been fed
 *   purse[that].payees       so this look at purse comes too late for the feeding
 *
 * Invariants:  1. A profile's level is greater than that of every profile that its features or the
 *                 names by which it is looked at depend on, late looks apart.
 *              2. A profile whose features depend on marks, or on a profile of LEVEL_SERIAL, is of
 *                 LEVEL_SERIAL.
 *              3. No feature depends on a late look.
 * Not chosen:  feeding a profile record by record for the sake of such a look.  Everything that
 *              reads it would then be asked one record at a time, and a shipped rule set is full of
 *              such circles. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/engine/levels.h"

#include "ground/arena.h"

static const struct node *node_of(const struct draft *draft, enum record_kind kind, uint32_t node)
{
    return &draft->graph[kind].node[node];
}

/* Profiles in the order in which they can be fed. */
struct levels {
    uint32_t count;
    uint64_t needs[PROFILES_MAX]; /* bit per profile that must be fed before */
    uint64_t serial;              /* bit per profile that is fed record by record */
    uint8_t level[PROFILES_MAX];
};

/* Profiles that this one's expressions read, and whether they depend on marks. */
static uint64_t profile_needs(const struct draft *draft, uint32_t profile, bool *marks)
{
    uint64_t needs = 0;
    for (uint32_t f = 0; f < draft->set->profile[profile].features_count; f++) {
        for (unsigned kind = 0; kind < RECORD_KINDS_COUNT; kind++) {
            const struct draft_feature *feature = &draft->feature[profile][f];
            const struct node *value = node_of(draft, kind, feature->value[kind]);
            const struct node *where = node_of(draft, kind, feature->where[kind]);
            needs |= value->profiles | where->profiles;
            *marks |= ((value->flags | where->flags) & NODE_MARKS) != 0;
        }
    }
    return needs;
}

/* Looks on whose answers features depend, or the names of other such looks. */
static enum status looks_early(struct draft *draft)
{
    for (unsigned kind = 0; kind < RECORD_KINDS_COUNT; kind++) {
        const struct graph *graph = &draft->graph[kind];
        bool *used;
        TRY(ARENA_NEW(draft->scratch, graph->count, &used));
        for (uint32_t p = 0; p < draft->set->profiles_count; p++) {
            for (uint32_t f = 0; f < draft->set->profile[p].features_count; f++) {
                used[draft->feature[p][f].value[kind]] = true;
                used[draft->feature[p][f].where[kind]] = true;
            }
        }
        for (uint32_t i = graph->count; i-- > 1;) {
            const struct node *node = &graph->node[i];
            if (!used[i])
                continue;
            used[node->a] = used[node->b] = used[node->c] = true;
            if (node_reads(node))
                draft->look[draft->read[node->imm].look].early = true;
        }
    }
    return STATUS_OK;
}

/* Profiles on whose answers it depends at whom this one is looked early. */
static uint64_t looks_need(const struct draft *draft, uint32_t profile, bool *serial)
{
    uint64_t needs = 0;
    for (uint32_t i = 0; i < draft->looks_count; i++) {
        const struct draft_look *look = &draft->look[i];
        if (look->profile != profile || !look->early)
            continue;
        const struct node *name = node_of(draft, look->kind, look->node);
        needs |= name->profiles;
        *serial |= (name->flags & NODE_MARKS) != 0;
    }
    return needs;
}

/* One round; whether something changed. */
static bool levels_raise(struct levels *levels)
{
    bool changed = false;
    for (uint32_t p = 0; p < levels->count; p++) {
        if ((levels->serial >> p & 1u) != 0)
            continue;
        uint8_t least = 0;
        for (uint32_t q = 0; q < levels->count; q++)
            if ((levels->needs[p] >> q & 1u) != 0 && levels->level[q] >= least)
                least = (uint8_t)(levels->level[q] + 1);
        bool circle = least > levels->count;
        if ((levels->needs[p] & levels->serial) != 0 || circle) {
            levels->serial |= (uint64_t)1 << p;
            changed = true;
        } else if (least > levels->level[p]) {
            levels->level[p] = least;
            changed = true;
        }
    }
    return changed;
}

/* All profiles that must be fed before what is made of these answers is known. */
static uint64_t levels_below(const struct levels *levels, uint64_t profiles)
{
    uint64_t below = profiles;
    for (uint64_t before = 0; below != before;) {
        before = below;
        for (uint64_t left = before; left != 0; left &= left - 1)
            below |= levels->needs[__builtin_ctzll(left)];
    }
    return below;
}

/* A look that only rules need, and whose name is known too late for the feeding: then the rules
 * make it themselves.  Any other becomes part of the feeding. */
static bool look_late(struct levels *levels, const struct draft_look *look, const struct node *name)
{
    uint64_t profile = (uint64_t)1 << look->profile;
    if (look->key == SEQUENCE_KEY)
        return true;
    if (look->early || look->key != NO_KEY)
        return false;
    if ((name->flags & (NODE_MARKS | NODE_EARLIER | NODE_TRIED | NODE_LATE)) != 0)
        return true;
    if ((levels_below(levels, name->profiles) & profile) != 0)
        return true;
    levels->needs[look->profile] |= name->profiles;
    return false;
}

/* Which looks are late, and which nodes can only be asked record by record. */
static void looks_decide(struct draft *draft, struct levels *levels, enum record_kind kind)
{
    struct graph *graph = &draft->graph[kind];
    for (uint32_t i = 1; i < graph->count; i++) {
        struct node *node = &graph->node[i];
        const uint32_t operand[] = {node->a, node->b, node->c};
        for (unsigned k = 0; k < 3; k++)
            node->flags |= graph->node[operand[k]].flags & NODE_LATE;
        if (!node_reads(node))
            continue;
        struct draft_look *look = &draft->look[draft->read[node->imm].look];
        if (!look->decided)
            look->late = look_late(levels, look, &graph->node[look->node]);
        look->decided = true;
        if (look->late || (levels->serial >> look->profile & 1u) != 0)
            node->flags |= NODE_LATE;
    }
}

enum status levels_find(struct draft *draft, struct image *image)
{
    struct levels levels = {.count = draft->set->profiles_count};
    TRY(looks_early(draft));
    for (uint32_t p = 0; p < levels.count; p++) {
        bool marks = false;
        levels.needs[p] = profile_needs(draft, p, &marks) | looks_need(draft, p, &marks);
        if (marks)
            levels.serial |= (uint64_t)1 << p;
    }
    while (levels_raise(&levels)) {
    }
    for (unsigned kind = 0; kind < RECORD_KINDS_COUNT; kind++)
        looks_decide(draft, &levels, kind);
    uint64_t serial = levels.serial;
    while (levels_raise(&levels)) {
    }
    must(levels.serial == serial); /* a look that closes a circle is late */
    for (uint32_t p = 0; p < levels.count; p++) {
        bool is_serial = (serial >> p & 1u) != 0;
        image->profile[p].level = is_serial ? LEVEL_SERIAL : levels.level[p];
        image->serials_count += is_serial;
        if (!is_serial && levels.level[p] >= image->levels_count)
            image->levels_count = (uint8_t)(levels.level[p] + 1);
    }
    return STATUS_OK;
}
