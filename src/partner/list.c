/* list.c -- the partners as a table that never changes.
 *
 * Invariants:  1. A list is made whole, or a complaint says which line of the configuration is
 *                 wrong, and what to write instead.
 *              2. Two partners never have one id or one key: a letter tells who wrote it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "partner/list.h"

enum { SHOWN_MAX = 64 };

struct partner_list {
    struct slice self;
    struct partner *partner;
    unsigned count;
};

/* ---- complaints ---- */

/* clang-format off */
enum complaint {
#define COMPLAINT(name, en, zh) COMPLAINT_##name,
#include "partner/complaints.inc"
#undef COMPLAINT
};
/* clang-format on */

static const struct saying COMPLAINTS[] = {
#define COMPLAINT(name, en, zh) {{en, zh}},
#include "partner/complaints.inc"
#undef COMPLAINT
};

/* Where in which file something stands. */
struct spot {
    struct slice path;
    unsigned line;
    struct text *why;
};

static enum status complain(const struct spot *spot, enum complaint complaint, struct slice found)
{
    if (found.size > SHOWN_MAX)
        found.size = SHOWN_MAX;
    for (enum tongue tongue = 0; tongue < TONGUES_COUNT; tongue++) {
        text_add(&spot->why[tongue], spot->path);
        if (spot->line > 0)
            text_addf(&spot->why[tongue], ":%u", spot->line);
        text_addf(&spot->why[tongue], ": %s", COMPLAINTS[complaint].in[tongue]);
        if (found.size > 0) {
            text_add_string(&spot->why[tongue], ": ");
            text_add_json(&spot->why[tongue], found);
        }
    }
    return STATUS_MALFORMED;
}

struct making {
    struct partner_list *list;
    struct text *why;
};

/* ---- partners ---- */

static enum status keys_take(struct making *making, const struct spot *spot,
                             const struct partner_said *said, struct partner *partner)
{
    const struct slice spelt[PARTNER_KEYS_MAX] = {said->key, said->next_key};
    for (unsigned i = 0; i < PARTNER_KEYS_MAX; i++) {
        struct seal_key *key = &partner->key[partner->keys_count];
        if (i > 0 && spelt[i].size == 0)
            continue;
        if (letter_key_parse(spelt[i], key) != STATUS_OK)
            return complain(spot, COMPLAINT_KEY, spelt[i]);
        for (unsigned j = 0; j < partner->index; j++)
            for (unsigned k = 0; k < making->list->partner[j].keys_count; k++)
                if (memcmp(&making->list->partner[j].key[k], key, sizeof *key) == 0)
                    return complain(spot, COMPLAINT_SAME_KEY, spelt[i]);
        partner->keys_count++;
    }
    return STATUS_OK;
}

static enum status way_take(const struct spot *spot, const struct partner_said *said,
                            struct partner *partner)
{
    if (slice_equal(said->way, SLICE("http")) && said->url.size > 0)
        partner->way = PARTNER_WAY_HTTP;
    else if (slice_equal(said->way, SLICE("folder")) && said->folder.size > 0)
        partner->way = PARTNER_WAY_FOLDER;
    else if (slice_equal(said->way, SLICE("fetch")))
        partner->way = PARTNER_WAY_FETCH;
    else
        return complain(spot, COMPLAINT_WAY, said->way);
    return STATUS_OK;
}

static enum status partner_take(struct making *making, const struct partner_list_said *all,
                                unsigned index, struct arena *boot)
{
    const struct partner_said *said = &all->partner[index];
    struct partner *partner = &making->list->partner[index];
    struct spot spot = {all->path, said->line, making->why};
    if (!letter_name_holds(said->id))
        return complain(&spot, COMPLAINT_ID, said->id);
    if (slice_equal(said->id, all->self))
        return complain(&spot, COMPLAINT_OURS, said->id);
    if (partner_find(making->list, said->id) != NULL)
        return complain(&spot, COMPLAINT_TWICE, said->id);
    if (said->kind.size >= sizeof partner->kind)
        return complain(&spot, COMPLAINT_KIND, said->kind);
    partner->index = index;
    if (said->kind.size > 0)
        memcpy(partner->kind, said->kind.at, said->kind.size);
    TRY(way_take(&spot, said, partner));
    TRY(keys_take(making, &spot, said, partner));
    TRY(slice_copy(boot, said->id, &partner->id));
    TRY(slice_copy(boot, said->organisation, &partner->organisation));
    TRY(slice_copy(boot, said->url, &partner->url));
    TRY(slice_copy(boot, said->folder, &partner->folder));
    struct slice en = said->name_en.size > 0 ? said->name_en : said->id;
    TRY(slice_copy(boot, en, &partner->name[TONGUE_EN]));
    TRY(slice_copy(boot, said->name_zh.size > 0 ? said->name_zh : en, &partner->name[TONGUE_ZH]));
    making->list->count = index + 1;
    return STATUS_OK;
}

static enum status list_fill(struct making *making, const struct partner_list_said *said,
                             struct arena *boot)
{
    struct spot spot = {said->path, 0, making->why};
    if (said->count > 0 && !letter_name_holds(said->self))
        return complain(&spot, COMPLAINT_SELF, said->self);
    if (said->count > PARTNERS_MAX)
        return STATUS_FULL;
    TRY(slice_copy(boot, said->self, &making->list->self));
    TRY(ARENA_NEW(boot, said->count + 1, &making->list->partner));
    for (unsigned i = 0; i < said->count; i++)
        TRY(partner_take(making, said, i, boot));
    return STATUS_OK;
}

enum status partner_list_make(struct partner_list **out, const struct partner_list_said *said,
                              struct arena *boot, struct text why[TONGUES_COUNT])
{
    struct making making = {.why = why};
    TRY(ARENA_NEW(boot, 1, &making.list));
    TRY(list_fill(&making, said, boot));
    *out = making.list;
    return STATUS_OK;
}

/* ---- looking ---- */

struct slice partner_list_self(const struct partner_list *list)
{
    return list->self;
}

unsigned partner_list_count(const struct partner_list *list)
{
    return list->count;
}

const struct partner *partner_at(const struct partner_list *list, unsigned index)
{
    must(index < list->count);
    return &list->partner[index];
}

const struct partner *partner_find(const struct partner_list *list, struct slice id)
{
    for (unsigned i = 0; i < list->count; i++)
        if (slice_equal(list->partner[i].id, id))
            return &list->partner[i];
    return NULL;
}

const struct partner *partner_of(const struct partner_list *list, struct slice organisation)
{
    for (unsigned i = 0; organisation.size != 0 && i < list->count; i++)
        if (slice_equal(list->partner[i].organisation, organisation))
            return &list->partner[i];
    return NULL;
}

static const struct seal_key *keys_find(void *self, struct slice organisation, unsigned *count)
{
    const struct partner *partner = partner_find(self, organisation);
    if (partner == NULL)
        return NULL;
    *count = partner->keys_count;
    return partner->key;
}

struct letter_keys partner_list_keys(const struct partner_list *list)
{
    return (struct letter_keys){keys_find, (void *)list};
}
