/* link.c -- items that have to do with each other.
 *
 * A link stands at both ends, and the logs of both tell of it; who has no seat in the other one
 * does not learn of it.  It raises no version: nothing of either item changed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/work/work_inside.h"

static bool is_word(const char *word)
{
    size_t size = word == NULL ? 0 : strlen(word);
    if (size == 0 || size > WORK_NAME_MAX)
        return false;
    for (size_t i = 0; i < size; i++)
        if (!((word[i] >= 'a' && word[i] <= 'z') || (word[i] >= '0' && word[i] <= '9') ||
              word[i] == '_'))
            return false;
    return true;
}

static enum status link_put(struct work *work, int64_t item, const char *relation, int64_t other,
                            bool forward)
{
    static const char ADD[] = "INSERT INTO work_link (item, relation, other, forward) VALUES (?1, "
                              "?2, ?3, ?4) ON CONFLICT (item, relation, other, forward) DO NOTHING";
    const struct store_value values[] = {STORE_OF_WHOLE(item), STORE_OF_TEXT(slice_of(relation)),
                                         STORE_OF_WHOLE(other), STORE_OF_WHOLE(forward)};
    return store_run(work->store, ADD, values, 4);
}

/* The log of both tells of it; their versions stay, for nothing of them changed. */
static enum status link_both(struct work *work, struct change *change, struct row *other,
                             const char *relation, struct slice reason)
{
    struct happening what = {.what = "linked",
                             .step = -1,
                             .from = change->row->item.state,
                             .by = change->by,
                             .reason = reason,
                             .other = slice_of(other->item.id)};
    TRY(link_put(work, change->row->number, relation, other->number, true));
    TRY(link_put(work, other->number, relation, change->row->number, false));
    TRY(log_append(work, change->row, &what, change->now, change->arena));
    what.from = other->item.state;
    what.other = slice_of(change->row->item.id);
    what.reason = (struct slice){NULL, 0};
    return log_append(work, other, &what, change->now, change->arena);
}

enum status linked(struct work *work, const char *id, const char *other_id, const char *relation,
                   const struct identity *by, struct slice reason, struct arena *arena)
{
    struct change change, other;
    if (!is_word(relation) || reason.size > WORK_TEXT_BYTES_MAX || !utf8_valid(reason) ||
        strcmp(id, other_id) == 0)
        return STATUS_MALFORMED;
    TRY(change_begin(&change, work, id, by, arena, NULL));
    TRY(change_begin(&other, work, other_id, by, arena, NULL));
    return link_both(work, &change, other.row, relation, reason);
}

enum status work_link(struct work *work, const char *id, const char *other, const char *relation,
                      const struct identity *by, struct slice reason)
{
    struct arena *arena = NULL;
    TRY(arena_create(&arena, (size_t)4 * WORK_FIELDS_MAX * WORK_LIST_BYTES_MAX));
    enum status status = linked(work, id, other, relation, by, reason, arena);
    arena_destroy(arena);
    return status;
}
