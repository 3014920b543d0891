/* site.c -- the kind site_task: to the police of the area, and its result back to the leads. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/lead/lead_inside.h"
#include "ground/outline.h"

#define WORK_TABLE "casework/lead/site.inc"
#include "casework/work/table.inc"

enum { LEASE_MS = 30 * MINUTE_MS, DEVICES_MEMORY = 1 << 20, DEVICES_KINDS_MAX = 64 };

static int64_t kept(void *self, const struct work_item *item)
{
    const struct lead *lead = self;
    (void)item;
    return lead->options.kept_other_ms == 0 ? -1 : lead->options.kept_other_ms;
}

const struct work_kind SITE_TASK = {
    .name = "site_task",
    .says = SAYING("site task", "现场任务"),
    WORK_KIND_ARRAYS,
    .first_must = F(why),
    .first_may = F(place) | F(address) | F(cell) | F(outlet) | F(note),
    .lease_ms = LEASE_MS,
    .kept_ms = kept,
};

static const char *const DEVICES[] = {
#define DEVICE(name, en, zh) #name,
#include "casework/lead/signs.inc"
#undef DEVICE
};

/* ---- what must hold ---- */

static bool count_holds(struct slice value)
{
    bool fine = value.size != 0 && value.size <= 6 && value.at[0] != '0';
    for (size_t i = 0; fine && i < value.size; i++)
        fine = value.at[i] >= '0' && value.at[i] <= '9';
    return fine;
}

/* {"kind":"goip","count":"3"} */
static bool device_holds(const struct outline *outline, outline_node item)
{
    bool kind = false, counted = false;
    if (outline_type(outline, item) != OUTLINE_MAP || outline_count(outline, item) != 2)
        return false;
    for (unsigned i = 0; i < 2; i++) {
        struct slice key = outline_text(outline, outline_key(outline, item, i));
        outline_node value = outline_value(outline, item, i);
        struct slice text = outline_text(outline, value);
        if (outline_type(outline, value) != OUTLINE_TEXT)
            return false;
        for (size_t d = 0; slice_equal(key, SLICE("kind")) && d < sizeof DEVICES / sizeof *DEVICES;
             d++)
            kind = kind || slice_equal(text, slice_of(DEVICES[d]));
        counted = counted || (slice_equal(key, SLICE("count")) && count_holds(text));
    }
    return kind && counted;
}

/* A list of devices is JSON, which the reader of outlines takes as it is. */
static bool devices_hold(struct slice list)
{
    char bytes[TONGUES_COUNT][256];
    struct text why[TONGUES_COUNT] = {text_over(bytes[0], 256), text_over(bytes[1], 256)};
    struct outline outline;
    struct arena *scratch;
    if (arena_create(&scratch, DEVICES_MEMORY) != STATUS_OK)
        return false;
    bool holds = outline_open(&outline, "devices", list, scratch, why) == STATUS_OK;
    if (holds) {
        outline_node root = outline_root(&outline);
        holds = outline_type(&outline, root) == OUTLINE_LIST &&
                outline_count(&outline, root) <= DEVICES_KINDS_MAX;
        for (unsigned i = 0; holds && i < outline_count(&outline, root); i++)
            holds = device_holds(&outline, outline_item(&outline, root, i));
        outline_close(&outline);
    }
    arena_destroy(scratch);
    return holds;
}

enum work_fault site_holds(void *self, const struct work_item *item, int step,
                           const struct work_value *brought, unsigned count, int *field)
{
    (void)self;
    (void)item;
    if (step != STEP_report)
        return WORK_FAULT_NONE;
    for (unsigned i = 0; i < count; i++)
        if (brought[i].field == FIELD_devices && !devices_hold(brought[i].value)) {
            *field = FIELD_devices;
            return WORK_FAULT_VALUE;
        }
    return WORK_FAULT_NONE;
}

/* ---- steps ---- */

static enum status to_field(struct lead *lead, const char *id, const void *what,
                            struct arena *request)
{
    bool moved;
    (void)what;
    return lead_step(lead, id, "to_field", NULL, 0, request, &moved);
}

static enum status dispatched(struct lead *lead, const struct work_item *item,
                              struct arena *request)
{
    uint64_t told = 0;
    for (unsigned i = 0; i < FIELDS_COUNT; i++)
        if ((FIELDS[i].told & WORK_TO(police)) != 0)
            told |= WORK_BIT(i);
    TRY(work_send(lead->work, item->id, work_value_of(item, "police"), told, request));
    return cluster_each(lead, item->id, request, to_field, NULL);
}

static enum status to_result(struct lead *lead, const char *id, const void *what,
                             struct arena *request)
{
    struct work_value value = lead_value(&LEAD_CHECK, "outcome", slice_of(what));
    bool moved;
    return lead_step(lead, id, "site_result", &value, 1, request, &moved);
}

static enum status over(struct lead *lead, const struct work_item *item, const char *outcome,
                        struct arena *request)
{
    TRY(cluster_close(lead, item->id));
    return cluster_each(lead, item->id, request, to_result, outcome);
}

enum status site_after(void *self, const struct work_done *done, struct arena *request)
{
    struct lead *lead = self;
    const struct work_item *item = done->item;
    if (done->step < 0)
        return STATUS_OK;
    switch ((enum step)done->step) {
    case STEP_dispatch:
    case STEP_dispatch_in:
        return dispatched(lead, item, request);
    case STEP_arrive:
        return cluster_each(lead, item->id, request, to_field, NULL);
    case STEP_report:
        return over(lead, item,
                    slice_equal(work_value_of(item, "finding"), SLICE("confirmed"))
                        ? "confirmed"
                        : "not_confirmed",
                    request);
    case STEP_cancel:
        return over(lead, item, "not_confirmed", request);
    case STEP_cancel_in:
        return cluster_close(lead, item->id);
    default:
        return STATUS_OK;
    }
}
