/* acting_test.c -- acting with texts. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/work/acting_test.h"

static struct house *house;

void acting_in(struct house *up)
{
    house = up;
}

static char times[8][AT_SIZE];

const char *at(int64_t days)
{
    static unsigned next;
    char *room = times[next++ % 8];
    struct text text = text_over(room, sizeof times[0]);
    text_add_moment(&text, (moment){steady_now(house->steady).ms + days * DAY_MS}, 480);
    return room;
}

const char *day(int64_t days)
{
    char *room = (char *)(uintptr_t)at(days);
    room[10] = '\0';
    return room;
}

static unsigned values_of(const struct work_kind *kind, const struct given *given,
                          struct work_value *out)
{
    unsigned count = 0;
    for (; given->field != NULL; given++) {
        int field = work_field_find(kind, slice_of(given->field));
        if (field < 0)
            fail_msg("no field %s", given->field);
        out[count++] = (struct work_value){field, slice_of(given->text)};
    }
    return count;
}

enum status make(const struct work_kind *kind, const struct identity *by, const struct given *given,
                 struct work_item *out)
{
    struct work_value value[WORK_FIELDS_MAX];
    bool joined = false;
    const struct work_draft draft = {.kind = kind,
                                     .owner = slice_of(by->organisation),
                                     .detected = MOMENT_NONE,
                                     .by = by,
                                     .value = value,
                                     .values_count = values_of(kind, given, value)};
    assert_int_equal(store_begin(house->store), STATUS_OK);
    return house_end(house,
                     work_add(house->work, &draft, house->request, &house->refusal, out, &joined));
}

enum status does(struct work_item *item, const char *step, const struct identity *by,
                 const struct given *given)
{
    struct work_value value[WORK_FIELDS_MAX];
    struct work_item now, out;
    house_find(house, item->id, NULL, &now);
    house->refusal = (struct work_refusal){.field = -1};
    enum status status =
        house_step(house, &now, step, by, value, values_of(now.kind, given, value), &out);
    house_find(house, item->id, NULL, item);
    return status;
}

void refused(struct work_item *item, const char *step, const struct identity *by,
             const struct given *given, enum work_fault fault)
{
    int state = item->state;
    assert_int_not_equal(does(item, step, by, given), STATUS_OK);
    if (house->refusal.fault != fault)
        fail_msg("%s: refused by %d, not by %d", step, (int)house->refusal.fault, (int)fault);
    assert_int_equal(item->state, state);
}

void done(struct work_item *item, const char *step, const struct identity *by,
          const struct given *given)
{
    if (does(item, step, by, given) != STATUS_OK)
        fail_msg("%s: refused by %d, field %d", step, (int)house->refusal.fault,
                 house->refusal.field);
}

void waits(struct work_item *item, int64_t days)
{
    house_wait(house, days * DAY_MS);
    house_keep(house);
    house_find(house, item->id, NULL, item);
}

void in(const struct work_item *item, const char *state)
{
    assert_string_equal(item->kind->state[item->state].name, state);
}

void is(const struct work_item *item, const char *field, const char *text)
{
    struct slice value = work_value_of(item, field);
    if (!slice_equal(value, slice_of(text)))
        fail_msg("%s: %.*s, not %s", field, (int)value.size, value.at, text);
}
