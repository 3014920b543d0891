/* bind.c -- an asking, bound to the content that it is about.
 *
 * One digest of kind, item, content number, state, step, what is brought, and every value that the
 * item has.  A yes names the digest: it is given to what was read.  When the content changes, what
 * was only asked is void; what was done already is bound anew, and whoever changed it is one more
 * who cannot say yes.
 *
 * Invariant:   What waits names the content as it is: both change in one transaction. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/work/work_inside.h"

enum { DIGEST_PARTS_MAX = 8 + 4 * WORK_FIELDS_MAX };

/* ---- binding ---- */

static void digest_make(const struct row *row, int step, const struct work_value *value,
                        unsigned count, char out[DIGEST_HEX_SIZE])
{
    const struct work_kind *kind = row->item.kind;
    struct slice part[DIGEST_PARTS_MAX];
    size_t parts = 0;
    char room[24];
    struct text content = text_over(room, sizeof room);
    text_add_whole(&content, row->content);
    part[parts++] = slice_of(kind->name);
    part[parts++] = slice_of(row->item.id);
    part[parts++] = text_slice(&content);
    part[parts++] = slice_of(kind->state[row->item.state].name);
    part[parts++] = slice_of(kind->step[step].name);
    for (unsigned i = 0; i < count; i++) {
        part[parts++] = slice_of(kind->field[value[i].field].name);
        part[parts++] = value[i].value;
    }
    part[parts++] = SLICE("");
    for (unsigned i = 0; i < kind->fields_count; i++) {
        if ((row->has & WORK_BIT(i)) == 0)
            continue;
        part[parts++] = slice_of(kind->field[i].name);
        part[parts++] = row->value[i];
    }
    struct digest digest = digest_of(part, parts);
    digest_hex(&digest, out);
}

static enum status brought_seal(struct work *work, const struct row *row,
                                const struct work_value *value, unsigned count, struct arena *arena,
                                struct slice *out)
{
    size_t size = 64;
    char *room = NULL;
    for (unsigned i = 0; i < count; i++)
        size += WORK_NAME_MAX + 8 + 6 * value[i].value.size;
    TRY(ARENA_NEW(arena, size, &room));
    struct text text = text_over(room, size);
    text_addf(&text, "{\"\":\"%s\"", row->item.id);
    for (unsigned i = 0; i < count; i++) {
        text_addf(&text, ",\"%s\":", row->item.kind->field[value[i].field].name);
        text_add_json(&text, value[i].value);
    }
    text_add_char(&text, '}');
    must(!text.full);
    return seal_text(work, text_slice(&text), arena, out);
}

enum status brought_open(struct work *work, const struct row *row, struct slice sealed,
                         struct arena *arena, struct work_value **out, unsigned *count)
{
    struct json_reader reader = {.arena = arena};
    struct slice name, text;
    struct work_value *value = NULL;
    unsigned read = 0;
    TRY(ARENA_NEW(arena, WORK_FIELDS_MAX, &value));
    TRY(open_text(work, sealed, arena, &reader.rest));
    enum status status = json_member(&reader, &name, &text);
    if (status != STATUS_OK || !slice_equal(text, slice_of(row->item.id)))
        return STATUS_MALFORMED;
    while ((status = json_member(&reader, &name, &text)) == STATUS_OK) {
        int field = work_field_find(row->item.kind, name);
        if (field < 0 || read >= WORK_FIELDS_MAX)
            return STATUS_MALFORMED;
        value[read++] = (struct work_value){.field = field, .value = text};
    }
    *out = value;
    *count = read;
    return status == STATUS_END ? STATUS_OK : status;
}

/* ---- rows ---- */

static enum status next_number(struct work *work, int64_t *out)
{
    static const char NEXT[] = "SELECT COALESCE(MAX(number), 0) + 1 FROM work_asking";
    struct store_rows *rows = NULL;
    struct store_value at[1];
    TRY(store_query(work->store, NEXT, NULL, 0, &rows));
    enum status status = store_next(rows, at, 1);
    if (status == STATUS_OK)
        *out = at[0].whole;
    store_end(rows);
    return status;
}

enum status asking_begin(struct change *change, int step, const struct work_value *value,
                         unsigned count, struct slice reason)
{
    static const char ADD[] =
        "INSERT INTO work_asking (number, item, content, asked, expires, step, done, digest, "
        "by_user, organisation, people, sealed, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, "
        "?10, ?11, ?12, 'waiting')";
    struct work *work = change->work;
    struct row *row = change->row;
    const struct work_step *of = &row->item.kind->step[step];
    bool done = of->approval == WORK_AFTER;
    int64_t number = 0;
    int64_t expires = change->now.ms + of->confirm_ms;
    char digest[DIGEST_HEX_SIZE], people[PEOPLE_TEXT_MAX];
    struct text named = text_over(people, sizeof people);
    struct slice sealed;
    (void)reason; /* it stands in the log */
    TRY(next_number(work, &number));
    TRY(brought_seal(work, row, value, count, change->arena, &sealed));
    /* what was done has changed the content: it is bound to what the change will leave */
    row->content += done && change->content;
    digest_make(row, step, value, count, digest);
    const int64_t content = row->content;
    row->content -= done && change->content;
    text_addf(&named, "%s,", change->by->user);
    const struct store_value values[] = {STORE_OF_WHOLE(number),
                                         STORE_OF_WHOLE(row->number),
                                         STORE_OF_WHOLE(content),
                                         STORE_OF_WHOLE(change->now.ms),
                                         STORE_OF_WHOLE(expires),
                                         STORE_OF_TEXT(slice_of(of->name)),
                                         STORE_OF_WHOLE(done),
                                         STORE_OF_TEXT(slice_of(digest)),
                                         STORE_OF_TEXT(slice_of(change->by->user)),
                                         STORE_OF_TEXT(slice_of(change->by->organisation)),
                                         STORE_OF_TEXT(text_slice(&named)),
                                         STORE_OF_BYTES(sealed)};
    TRY(store_run(work->store, ADD, values, 12));
    row->asking = number;
    change->stands = true;
    return due_add(work, expires, row->number, DUE_ASKING, number);
}

/* It waits no longer. */
enum status asking_end(struct change *change, const struct asking *asking, const char *state)
{
    static const char SET[] = "UPDATE work_asking SET state = ?1, decider = ?2, decided = ?3 WHERE "
                              "number = ?4 AND state = 'waiting'";
    const struct store_value values[] = {
        STORE_OF_TEXT(slice_of(state)),
        STORE_OF_TEXT(slice_of(change->by == NULL ? "" : change->by->user)),
        STORE_OF_WHOLE(change->now.ms), STORE_OF_WHOLE(asking->number)};
    TRY(store_run(change->work->store, SET, values, 4));
    if (store_changed(change->work->store) != 1)
        return STATUS_MALFORMED;
    change->row->asking = 0;
    return due_remove(change->work, asking->expires, asking->item, DUE_ASKING, asking->number);
}

bool asking_names(const char *people, const char *user)
{
    char room[ACCESS_ID_SIZE + 2];
    (void)snprintf(room, sizeof room, "%s,", user);
    return strstr(people, room) != NULL;
}

static enum status bind_anew(struct change *change, struct asking *asking)
{
    static const char SET[] =
        "UPDATE work_asking SET content = ?1, digest = ?2, people = ?3 WHERE number = ?4";
    struct work_value *value = NULL;
    unsigned count = 0;
    char digest[DIGEST_HEX_SIZE];
    char room[PEOPLE_TEXT_MAX];
    struct text people = text_over(room, sizeof room);
    text_add_string(&people, asking->people);
    if (is_person(change->by) && !asking_names(asking->people, change->by->user))
        text_addf(&people, "%s,", change->by->user);
    if (people.full) /* more than twenty changed it: nobody is left who may say yes */
        return STATUS_FULL;
    TRY(brought_open(change->work, change->row, asking->sealed, change->arena, &value, &count));
    digest_make(change->row, asking->step, value, count, digest);
    const struct store_value values[] = {
        STORE_OF_WHOLE(change->row->content), STORE_OF_TEXT(slice_of(digest)),
        STORE_OF_TEXT(text_slice(&people)), STORE_OF_WHOLE(asking->number)};
    return store_run(change->work->store, SET, values, 4);
}

enum status asking_after(struct change *change)
{
    struct asking asking;
    struct row *row = change->row;
    if (row->asking == 0 || change->stands)
        return STATUS_OK;
    TRY(asking_load(change->work->store, row->asking, row->item.kind, change->arena, &asking));
    if (asking.done)
        return bind_anew(change, &asking);
    TRY(asking_end(change, &asking, "void"));
    struct happening voided = {
        .what = "voided", .step = asking.step, .from = change->what.from, .by = change->by};
    return log_append(change->work, row, &voided, change->now, change->arena);
}
