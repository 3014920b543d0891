/* step.c -- a new item, and a step of one.
 *
 *      work_add ── the same source? the open one with the same key? else a new row
 *      work_step ─ may it: item, version, state, hand, holder, values, second person
 *                  do it:  values, state and clocks, log, what the kind does
 *
 * Invariants:  1. Every reason to refuse is looked for before anything is written.
 *              2. A step of the machine is never a request's, and a request's never the
 *                 machine's: nobody gets round a second person by calling it an expiry.
 *              3. While something that was done first waits to be confirmed, no person leads the
 *                 item to where it could not be taken back. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/work/work_inside.h"

/* ---- adding ---- */

static struct digest draft_digest(const struct work *work, const struct work_draft *draft,
                                  const char *purpose, struct slice text)
{
    char room[WORK_TEXT_BYTES_MAX + 128];
    struct text joined = text_over(room, sizeof room);
    text_addf(&joined, "%s ", draft->kind->name);
    text_add(&joined, draft->owner);
    text_add_char(&joined, ' ');
    text_add(&joined, text);
    return secret_digest(&work->key, purpose, text_slice(&joined));
}

/* The item's number in the first column of a query by 16 bytes; 0: none. */
static enum status number_by_key(struct work *work, const char *sql, const struct digest *digest,
                                 int64_t since, int64_t *out)
{
    const struct store_value values[] = {
        STORE_OF_BYTES(((struct slice){(const char *)digest->bytes, KEY_SIZE})),
        STORE_OF_WHOLE(since)};
    struct store_rows *rows = NULL;
    struct store_value at[1];
    TRY(store_query(work->store, sql, values, 2, &rows));
    enum status status = store_next(rows, at, 1);
    *out = status == STATUS_OK ? at[0].whole : 0;
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status draft_may(struct work *work, const struct work_draft *draft,
                             struct work_refusal *refusal)
{
    const struct identity *by = draft->by;
    if (draft->place.size > 12 || (draft->place.size != 0 && !area_fits(draft->place)) ||
        draft->owner.size == 0 || draft->owner.size >= ACCESS_ID_SIZE ||
        draft->source.size > WORK_TEXT_BYTES_MAX || draft->key.size > WORK_TEXT_BYTES_MAX)
        return refuse(work, refusal, WORK_FAULT_VALUE, -1, STATUS_MALFORMED);
    if (by == NULL)
        return STATUS_OK;
    bool person = is_person(by) && (draft->kind->creators & by->roles) != 0;
    bool service = by->by == BY_TOKEN && by->user[0] == '\0' && draft->kind->creator_services;
    if ((!person && !service) || !slice_equal(draft->owner, slice_of(by->organisation)))
        return refuse(work, refusal, WORK_FAULT_HAND, -1, STATUS_REFUSED);
    return STATUS_OK;
}

static enum status id_make(struct work *work, char out[WORK_ID_SIZE])
{
    struct secret drawn;
    struct text text = text_over(out, WORK_ID_SIZE);
    TRY(secret_draw(work->chance, &drawn));
    text_add_string(&text, "w_");
    text_add_hex(&text, (struct slice){(const char *)drawn.bytes, 8});
    return STATUS_OK;
}

static enum status source_put(struct work *work, const struct work_draft *draft, int64_t number)
{
    static const char ADD[] = "INSERT INTO work_source (source, item) VALUES (?1, ?2)";
    struct digest digest = draft_digest(work, draft, "work source", draft->source);
    const struct store_value values[] = {
        STORE_OF_BYTES(((struct slice){(const char *)digest.bytes, KEY_SIZE})),
        STORE_OF_WHOLE(number)};
    return draft->source.size == 0 ? STATUS_OK : store_run(work->store, ADD, values, 2);
}

enum status work_refers(struct work *work, struct store *store, struct slice owner,
                        struct slice source, bool *out)
{
    static const char FIND[] =
        "SELECT COUNT(*) FROM work_source JOIN work_item ON work_item.number = work_source.item "
        "WHERE work_source.source = ?1 AND work_item.closed = 0";
    *out = false;
    for (unsigned i = 0; i < work->plugs_count && !*out; i++) {
        const struct work_draft draft = {.kind = work->plug[i].kind, .owner = owner};
        struct digest digest = draft_digest(work, &draft, "work source", source);
        const struct store_value key =
            STORE_OF_BYTES(((struct slice){(const char *)digest.bytes, KEY_SIZE}));
        struct store_rows *rows = NULL;
        struct store_value at[1];
        TRY(store_query(store, FIND, &key, 1, &rows));
        enum status status = store_next(rows, at, 1);
        *out = status == STATUS_OK && at[0].whole > 0;
        store_end(rows);
        TRY(status == STATUS_END ? STATUS_OK : status);
    }
    return STATUS_OK;
}

static enum status row_new(struct work *work, const struct work_draft *draft, moment now,
                           struct arena *arena, struct row **out)
{
    static const char NEXT[] =
        "SELECT number + 1 FROM work_item WHERE ?1 = ?1 AND ?2 = ?2 ORDER BY number DESC LIMIT 1";
    struct row *row = NULL;
    const struct digest nothing = {0};
    TRY(ARENA_NEW(arena, 1, &row));
    TRY(number_by_key(work, NEXT, &nothing, 0, &row->number));
    row->number += row->number == 0;
    TRY(id_make(work, row->item.id));
    row->item.kind = draft->kind;
    row->item.version = 0;
    copy_id(row->item.owner, sizeof row->item.owner, draft->owner);
    row->item.lease_until = MOMENT_NONE;
    row->item.priority = draft->priority;
    row->item.detected = draft->detected.ms == MOMENT_NONE.ms ? now : draft->detected;
    row->item.created = now;
    row->item.changed = now;
    row->item.closed = MOMENT_NONE;
    TRY(slice_copy(arena, draft->place, &row->item.place));
    row->keyed = draft->key.size != 0;
    if (row->keyed) {
        struct digest digest = draft_digest(work, draft, "work key", draft->key);
        memcpy(row->key, digest.bytes, KEY_SIZE);
    }
    row->parties_count = 1;
    copy_id(row->party[0].organisation, sizeof row->party[0].organisation, draft->owner);
    row->party[0].seat = WORK_SEAT_OWNER;
    row->party[0].told = UINT64_MAX;
    *out = row;
    return STATUS_OK;
}

static enum status added(struct work *work, const struct work_draft *draft,
                         const struct work_value *value, struct work_refusal *refusal,
                         struct arena *arena, struct work_item *out)
{
    struct row *row = NULL;
    moment now = steady_now(work->steady);
    TRY(row_new(work, draft, now, arena, &row));
    struct change change = {.work = work,
                            .row = row,
                            .before = {.parties_count = 0, .due = DUE_NEVER},
                            .by = draft->by,
                            .now = now,
                            .arena = arena,
                            .refusal = refusal,
                            .what = {.what = "added", .step = -1, .from = -1, .by = draft->by}};
    change.clocks = text_over(change.clocks_room, sizeof change.clocks_room);
    for (unsigned i = 0; i < draft->values_count; i++) {
        row->value[value[i].field] = value[i].value;
        row->has |= WORK_BIT(value[i].field);
    }
    change.what.fields = row->has;
    if (draft->parent != NULL)
        change.what.other = slice_of(draft->parent);
    TRY(row_insert(work, row, arena));
    TRY(source_put(work, draft, row->number));
    for (unsigned i = 0; i < draft->kind->clocks_count; i++)
        if ((draft->kind->clock[i].runs & 1) != 0)
            TRY(clock_start(&change, i));
    copy_id(change.before.place, sizeof change.before.place, row->item.place);
    atomic_fetch_add(&work->added, 1);
    TRY(open_count(work, draft->kind, 1));
    struct work_item *item = out;
    TRY(change_finish(&change, value, draft->values_count, item));
    if (draft->parent != NULL)
        return linked(work, draft->parent, row->item.id, "led_to", draft->by,
                      (struct slice){NULL, 0}, arena);
    return STATUS_OK;
}

/* The open one gets what it lacks; what it has stays. */
static enum status joins(struct work *work, const struct work_draft *draft, int64_t number,
                         const struct work_value *value, struct arena *arena, struct work_item *out)
{
    struct change change;
    struct row *row = NULL;
    struct work_value *lacks = NULL;
    unsigned count = 0;
    TRY(row_read_number(work, work->store, number, arena, &row));
    TRY(change_begin(&change, work, row->item.id, draft->by, arena, NULL));
    TRY(ARENA_NEW(arena, (size_t)draft->values_count + 1, &lacks));
    for (unsigned i = 0; i < draft->values_count; i++)
        if ((change.row->has & WORK_BIT(value[i].field)) == 0)
            lacks[count++] = value[i];
    TRY(change_values(&change, lacks, count));
    if (draft->priority > change.row->item.priority)
        change.row->item.priority = draft->priority;
    change.what.what = "joined";
    change.what.other = draft->parent == NULL ? (struct slice){NULL, 0} : slice_of(draft->parent);
    TRY(source_put(work, draft, number));
    atomic_fetch_add(&work->joined, 1);
    return change_finish(&change, lacks, count, out);
}

/* What makes two drafts the same where nobody says it: the values of the kind's key fields, if all
 * are there. */
static enum status draft_key(const struct work_draft *draft, const struct work_value *value,
                             struct arena *arena, struct slice *out)
{
    char *room = NULL;
    uint64_t lacks = draft->kind->key_fields;
    *out = draft->key;
    if (draft->key.size != 0 || lacks == 0)
        return STATUS_OK;
    TRY(arena_take(arena, WORK_TEXT_BYTES_MAX + 1, (void **)&room));
    struct text text = text_over(room, WORK_TEXT_BYTES_MAX + 1);
    for (unsigned f = 0; f < draft->kind->fields_count; f++) {
        if ((draft->kind->key_fields & WORK_BIT(f)) == 0)
            continue;
        for (unsigned i = 0; i < draft->values_count; i++) {
            if (value[i].field != (int)f)
                continue;
            lacks &= ~WORK_BIT(f);
            text_add(&text, value[i].value);
            text_add_char(&text, 0x1F);
        }
    }
    if (lacks == 0 && !text.full)
        *out = text_slice(&text);
    return STATUS_OK;
}

/* What the kind asks of values beyond their form. */
static enum status holds_check(struct work *work, const struct work_kind *kind,
                               const struct work_item *item, int step,
                               const struct work_value *value, unsigned count,
                               struct work_refusal *refusal)
{
    const struct work_plug *plug = plug_of(work, kind);
    int field = -1;
    if (plug == NULL || plug->holds == NULL)
        return STATUS_OK;
    enum work_fault fault = plug->holds(plug->self, item, step, value, count, &field);
    return fault == WORK_FAULT_NONE ? STATUS_OK
                                    : refuse(work, refusal, fault, field, STATUS_MALFORMED);
}

enum status work_add(struct work *work, const struct work_draft *given, struct arena *request,
                     struct work_refusal *refusal, struct work_item *out, bool *joined)
{
    static const char SOURCE[] = "SELECT item FROM work_source WHERE source = ?1 AND ?2 = ?2";
    static const char KEY[] = "SELECT number FROM work_item WHERE item_key = ?1 AND closed = 0 AND "
                              "created >= ?2 ORDER BY number DESC LIMIT 1";
    struct work_value *value = NULL;
    struct row *row = NULL;
    int64_t number = 0;
    moment now = steady_now(work->steady);
    struct work_draft whole = *given;
    const struct work_draft *draft = &whole;
    *joined = false;
    if (work->depth == 0)
        memset(work->explained_size, 0, sizeof work->explained_size);
    TRY(draft_may(work, draft, refusal));
    TRY(values_check(work, draft->kind, draft->value, draft->values_count, draft->kind->first_must,
                     draft->kind->first_may, request, refusal, &value));
    TRY(holds_check(work, draft->kind, NULL, -1, value, draft->values_count, refusal));
    TRY(draft_key(draft, value, request, &whole.key));
    if (draft->source.size != 0) {
        struct digest digest = draft_digest(work, draft, "work source", draft->source);
        TRY(number_by_key(work, SOURCE, &digest, 0, &number));
        if (number != 0) {
            TRY(row_read_number(work, work->store, number, request, &row));
            struct party *party =
                draft->by == NULL ? NULL : row_party(row, slice_of(draft->by->organisation));
            return row_view(work, work->store, row, party, 0, request, out);
        }
    }
    if (draft->key.size != 0 && draft->kind->merge_ms > 0) {
        struct digest digest = draft_digest(work, draft, "work key", draft->key);
        TRY(number_by_key(work, KEY, &digest, now.ms - draft->kind->merge_ms, &number));
        *joined = number != 0;
        if (*joined)
            return joins(work, draft, number, value, request, out);
    }
    return added(work, draft, value, refusal, request, out);
}

/* ---- stepping ---- */

/* Whether the item may be moved at all, and by this visitor, as it is. */
static enum status step_may(struct change *change, const struct work_move *move,
                            const struct work_step *step)
{
    struct work *work = change->work;
    struct row *row = change->row;
    struct work_refusal *refusal = change->refusal;
    if (move->by == NULL)
        return step->hand == WORK_BY_MACHINE
                   ? STATUS_OK
                   : refuse(work, refusal, WORK_FAULT_HAND, -1, STATUS_REFUSED);
    enum work_seat seat = row_party(row, slice_of(move->by->organisation))->seat;
    if (!step_for(step, move->by, seat))
        return refuse(work, refusal, WORK_FAULT_HAND, -1, STATUS_REFUSED);
    if (move->version != row->item.version)
        return refuse(work, refusal, WORK_FAULT_VERSION, -1, STATUS_LATE);
    if (!step->held)
        return STATUS_OK;
    if (!lease_runs(row, change->now))
        return refuse(work, refusal, WORK_FAULT_NOT_HELD, -1, STATUS_LATE);
    if (strcmp(row->item.holder, move->by->user) != 0)
        return refuse(work, refusal, WORK_FAULT_HELD, -1, STATUS_LATE);
    return STATUS_OK;
}

/* What waits for a second person, and this step beside it. */
static enum status waiting_may(struct change *change, const struct work_step *step)
{
    struct work_asking *asking = NULL;
    struct row *row = change->row;
    if (row->asking == 0 || change->by == NULL)
        return STATUS_OK;
    TRY(asking_read(change->work->store, row->asking, row->item.kind, change->arena, &asking));
    bool blocks = step->approval != WORK_ALONE;
    if (asking->done && step->to != WORK_STAYS) {
        const char *undo = row->item.kind->step[asking->step].undo;
        int index = work_step_find(row->item.kind, slice_of(undo));
        blocks = blocks || (row->item.kind->step[index].from & WORK_BIT(step->to)) == 0;
    }
    return blocks ? refuse(change->work, change->refusal, WORK_FAULT_WAITING, -1, STATUS_LATE)
                  : STATUS_OK;
}

enum status step_do(struct change *change, int index, const struct work_value *value,
                    unsigned count, struct slice reason, const char *asker)
{
    const struct work_step *step = &change->row->item.kind->step[index];
    if (change->what.what == NULL)
        change->what.what = "step";
    change->what.step = index;
    change->what.mark = step->mark;
    change->what.reason = reason;
    change->what.asker = asker;
    TRY(change_values(change, value, count));
    if (step->to != WORK_STAYS)
        TRY(change_state(change, step->to));
    if (step->approval == WORK_AFTER && asker == NULL)
        TRY(asking_begin(change, index, value, count, reason));
    atomic_fetch_add(&change->work->steps, 1);
    return change_finish(change, value, count, NULL);
}

static enum status step_holds(struct change *change, int step, const struct work_value *value,
                              unsigned count)
{
    struct work *work = change->work;
    const struct work_kind *kind = change->row->item.kind;
    const struct work_plug *plug = plug_of(work, kind);
    struct work_item item;
    if (plug == NULL || plug->holds == NULL)
        return STATUS_OK;
    TRY(row_view(work, work->store, change->row, NULL, 0, change->arena, &item));
    return holds_check(work, kind, &item, step, value, count, change->refusal);
}

/* The item after a change, as its visitor sees it. */
static enum status changed_view(struct change *change, struct work_item *out)
{
    struct row *row = NULL;
    struct work *work = change->work;
    TRY(row_read_number(work, work->store, change->row->number, change->arena, &row));
    struct party *party =
        change->by == NULL ? NULL : row_party(row, slice_of(change->by->organisation));
    return row_view(work, work->store, row, party, 0, change->arena, out);
}

enum status work_step(struct work *work, const struct work_move *move, struct arena *request,
                      struct work_refusal *refusal, struct work_item *out)
{
    struct change change;
    struct work_value *value = NULL;
    TRY(change_begin(&change, work, move->id, move->by, request, refusal));
    const struct work_kind *kind = change.row->item.kind;
    int index = work_step_find(kind, slice_of(move->step));
    if (index < 0)
        return refuse(work, refusal, WORK_FAULT_STEP, -1, STATUS_MALFORMED);
    const struct work_step *step = &kind->step[index];
    if (change.row->item.into[0] != '\0')
        return refuse(work, refusal, WORK_FAULT_MERGED, -1, STATUS_LATE);
    TRY(step_may(&change, move, step));
    if ((step->from & WORK_BIT(change.row->item.state)) == 0)
        return refuse(work, refusal, WORK_FAULT_STATE, -1, STATUS_LATE);
    TRY(waiting_may(&change, step));
    if (move->reason.size > WORK_TEXT_BYTES_MAX || !utf8_valid(move->reason))
        return refuse(work, refusal, WORK_FAULT_VALUE, -1, STATUS_MALFORMED);
    TRY(values_check(work, kind, move->value, move->values_count, step->must, step->may, request,
                     refusal, &value));
    TRY(step_holds(&change, index, value, move->values_count));
    if (step->approval == WORK_TWO) {
        change.what.what = "asked";
        change.what.step = index;
        change.what.reason = move->reason;
        TRY(asking_begin(&change, index, value, move->values_count, move->reason));
        for (unsigned i = 0; i < move->values_count; i++)
            change.what.fields |= WORK_BIT(value[i].field);
        TRY(change_end(&change));
    } else {
        TRY(step_do(&change, index, value, move->values_count, move->reason, NULL));
    }
    return changed_view(&change, out);
}
