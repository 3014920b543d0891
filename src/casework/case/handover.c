/* handover.c -- the table of `handover`: its number held against its list, and each suspect on the
 * list marked as handed over in the same transaction. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/case/case_inside.h"

enum { RECEIPT_MS = 3 * DAY_MS };

#define WORK_TABLE "casework/case/handover.inc"
#include "casework/work/table.inc"

const struct work_kind HANDOVER_KIND = {
    .name = "handover",
    .says = SAYING("handover of suspects", "嫌疑人移交"),
    WORK_KIND_ARRAYS,
    .first_must = F(counterpart),
    .first_may = F(place) | F(at) | F(count) | F(suspects),
    .creators = DESK,
    .lease_ms = CASE_LEASE_MS,
};

static struct slice brought(const struct work_value *value, unsigned count, int field)
{
    for (unsigned i = 0; i < count; i++)
        if (value[i].field == field)
            return value[i].value;
    return SLICE("");
}

/* The next id of a list in its canonical form, [{"id":"w_…"},…]; `*at` begins at 0 and is moved
 * behind it.  false: the list ends, or has not its form (then *at is not its size). */
static bool id_next(struct slice list, size_t *at, char id[WORK_ID_SIZE])
{
    static const char BEGIN[] = "{\"id\":\"";
    struct slice rest = {list.at + *at + 1, list.size - *at - 1};
    if (*at >= list.size || (*at == 0 && list.at[0] != '[') || (*at > 0 && list.at[*at] != ','))
        return false;
    if (!slice_starts(rest, slice_of(BEGIN)))
        return false;
    const char *start = rest.at + sizeof BEGIN - 1;
    const char *end = memchr(start, '"', rest.size - (sizeof BEGIN - 1));
    size_t size = end == NULL ? 0 : (size_t)(end - start);
    if (size == 0 || size >= WORK_ID_SIZE || end + 2 > list.at + list.size || end[1] != '}')
        return false;
    memcpy(id, start, size);
    id[size] = '\0';
    *at = (size_t)(end + 2 - list.at);
    return true;
}

/* How many are on it; -1: it has not its form. */
static int64_t list_count(struct slice list)
{
    char id[WORK_ID_SIZE];
    size_t at = 0;
    int64_t count = 0;
    while (id_next(list, &at, id))
        count++;
    return at + 1 == list.size && list.at[at] == ']' && count > 0 ? count : -1;
}

static enum work_fault holds(void *self, const struct work_item *item, int step,
                             const struct work_value *value, unsigned count, int *field)
{
    struct slice list = brought(value, count, FIELD_suspects);
    struct slice said = brought(value, count, FIELD_count);
    char bytes[24];
    struct text text = text_over(bytes, sizeof bytes);
    (void)self;
    *field = FIELD_suspects;
    if (list.size == 0 && item != NULL)
        list = work_value_of(item, "suspects");
    if (list.size == 0)
        return step == STEP_receive ? WORK_FAULT_MISSING : WORK_FAULT_NONE;
    int64_t listed = list_count(list);
    if (listed < 0)
        return WORK_FAULT_VALUE;
    text_add_whole(&text, listed);
    *field = FIELD_count;
    bool same = slice_equal(text_slice(&text), said);
    return step == STEP_receive && !same ? WORK_FAULT_VALUE : WORK_FAULT_NONE;
}

/* Each on the list, by the machine. */
static enum status mark_all(const struct casebook *casebook, const struct work_item *batch,
                            struct arena *request)
{
    struct slice list = work_value_of(batch, "suspects");
    char id[WORK_ID_SIZE];
    for (size_t at = 0; id_next(list, &at, id);) {
        struct work_refusal refusal = {.field = -1};
        struct work_item item;
        const struct work_value value[] = {
            {work_field_find(&SUSPECT_KIND, SLICE("handed_over")), SLICE("true")},
            {work_field_find(&SUSPECT_KIND, SLICE("batch")), slice_of(batch->id)},
        };
        const struct work_move move = {
            .id = id, .step = "hand_over", .version = -1, .value = value, .values_count = 2};
        TRY(work_step(casebook->work, &move, request, &refusal, &item));
        if (strcmp(item.owner, batch->owner) != 0)
            return STATUS_REFUSED; /* nobody lists other people's suspects */
    }
    return STATUS_OK;
}

static enum status after(void *self, const struct work_done *done, struct arena *request)
{
    const struct casebook *casebook = self;
    return done->step == STEP_receive ? mark_all(casebook, done->item, request) : STATUS_OK;
}

struct work_plug handover_plug(struct casebook *casebook)
{
    return (struct work_plug){&HANDOVER_KIND, holds, after, casebook};
}
