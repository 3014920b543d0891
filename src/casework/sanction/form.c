/* form.c -- the public form: anybody may say that a number is about them, and learns nothing by it.
 *
 *     form ─> sealed row, whatever the number ─> answered ─ ... ─> a turn later: known? an
  * appeal.  Else gone.
 *
 * The answer is given before anybody looks whether there is such a number, so neither its words nor
 * its time can tell. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/sanction/sanction_inside.h"
#include "ground/limits.h"

enum {
    APPEAL_VALUES = 6,
    TURN_MAX = 16,
    SEALED_MAX = SANCTION_STATEMENT_MAX + SANCTION_CONTACT_MAX + 64
};

/* ---- filing ---- */

static void put(struct work_value *value, unsigned *count, const char *field, struct slice text)
{
    if (text.size > 0)
        value[(*count)++] =
            (struct work_value){work_field_find(&APPEAL_KIND, slice_of(field)), text};
}

enum status appeal_file(struct sanction_desk *desk, const struct work_item *sanction,
                        const struct appeal_cause *cause, struct arena *request)
{
    struct work_value value[APPEAL_VALUES];
    unsigned count = 0;
    struct work_refusal refusal = {.field = -1};
    struct work_item made;
    bool joined = false;
    put(value, &count, "about", slice_of(sanction->id));
    put(value, &count, "ground", cause->ground);
    put(value, &count, "by_whom", cause->officer ? SLICE("officer") : SLICE("person"));
    put(value, &count, "reference", work_value_of(sanction, "reference"));
    put(value, &count, "statement", cause->statement);
    put(value, &count, "contact", cause->contact);
    const struct work_draft draft = {.kind = &APPEAL_KIND,
                                     .owner = work_value_of(sanction, "determined_by"),
                                     .place = sanction->place,
                                     .detected = MOMENT_NONE,
                                     .value = value,
                                     .values_count = count,
                                     .parent = sanction->id};
    return work_add(desk->work, &draft, request, &refusal, &made, &joined);
}

/* ---- a form ---- */

static bool ground_holds(struct slice ground)
{
    enum law_code code;
    return sanction_code(ground, LAW_GROUP_ground, &code);
}

/* As it is printed, in whatever case and grouping it is typed. */
static void reference_plain(struct slice written, struct text *out)
{
    for (size_t i = 0; i < written.size; i++) {
        char c = written.at[i];
        if (c == '-' || c == ' ')
            continue;
        text_add_char(out, c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
    }
}

static enum status waiting(const struct sanction_desk *desk, int64_t *out)
{
    static const char COUNT[] = "SELECT COUNT(*) FROM (SELECT 1 FROM sanction_form LIMIT 10001)";
    struct store_rows *rows = NULL;
    struct store_value at[1];
    TRY(store_query(desk->store, COUNT, NULL, 0, &rows));
    enum status status = store_next(rows, at, 1);
    *out = status == STATUS_OK ? at[0].whole : 0;
    store_end(rows);
    return status;
}

enum status sanction_form_take(struct sanction_desk *desk, const struct sanction_form *form,
                               struct arena *request)
{
    static const char ADD[] =
        "INSERT INTO sanction_form (reference, received, sealed) VALUES (?1, ?2, ?3)";
    char number[SANCTION_REFERENCE_MAX + 1], *plain = NULL;
    unsigned char *sealed = NULL;
    int64_t count = 0;
    struct text reference = text_over(number, sizeof number);
    if (form->reference.size > SANCTION_REFERENCE_MAX || !ground_holds(form->ground) ||
        form->statement.size > SANCTION_STATEMENT_MAX ||
        form->contact.size > SANCTION_CONTACT_MAX || !utf8_valid(form->statement) ||
        !utf8_valid(form->contact))
        return STATUS_MALFORMED;
    TRY(waiting(desk, &count));
    if (count >= SANCTION_FORMS_MAX)
        return STATUS_FULL;
    TRY(arena_take(request, SEALED_MAX, (void **)&plain));
    TRY(arena_take(request, SEALED_MAX + SECRET_OVERHEAD, (void **)&sealed));
    struct text text = text_over(plain, SEALED_MAX);
    text_add(&text, form->ground);
    text_add_char(&text, 0x1F);
    text_add(&text, form->contact);
    text_add_char(&text, 0x1F);
    text_add(&text, form->statement);
    reference_plain(form->reference, &reference);
    TRY(secret_seal(&desk->key, desk->chance, text_slice(&text), sealed));
    struct digest digest = secret_digest(&desk->key, "sanction reference", text_slice(&reference));
    const struct store_value values[] = {
        STORE_OF_BYTES(((struct slice){(const char *)digest.bytes, SANCTION_KEY_BYTES})),
        STORE_OF_WHOLE(desk->clock.now(desk->clock.self).ms),
        STORE_OF_BYTES(((struct slice){(const char *)sealed, text.size + SECRET_OVERHEAD}))};
    return store_run(desk->store, ADD, values, 3);
}

/* ---- a turn ---- */

struct waiting_form {
    int64_t number;
    char item[WORK_ID_SIZE];
    struct slice sealed;
};

/* The next part before a separator. */
static struct slice part(struct slice *rest)
{
    size_t size = 0;
    while (size < rest->size && rest->at[size] != 0x1F)
        size++;
    struct slice found = {rest->at, size};
    size_t gone = size < rest->size ? size + 1 : size;
    *rest = (struct slice){rest->at + gone, rest->size - gone};
    return found;
}

static enum status file(struct sanction_desk *desk, const struct waiting_form *form,
                        struct arena *scratch)
{
    struct work_item item;
    char *plain = NULL;
    if (form->item[0] == '\0' || form->sealed.size < SECRET_OVERHEAD)
        return STATUS_OK; /* no such number */
    TRY(arena_take(scratch, form->sealed.size, (void **)&plain));
    TRY(secret_open(&desk->key, form->sealed, (unsigned char *)plain));
    struct slice rest = {plain, form->sealed.size - SECRET_OVERHEAD};
    struct appeal_cause cause = {.ground = part(&rest)};
    cause.contact = part(&rest);
    cause.statement = rest;
    TRY(sanction_item(desk, form->item, scratch, &item));
    return appeal_file(desk, &item, &cause, scratch);
}

static enum status forms_read(const struct sanction_desk *desk, struct arena *scratch,
                              struct waiting_form *out, size_t *count)
{
    static const char LIST[] =
        "SELECT f.number, f.sealed, r.item FROM sanction_form f LEFT JOIN sanction_reference r ON "
        "r.reference = f.reference ORDER BY f.number LIMIT 16";
    struct store_rows *rows = NULL;
    struct store_value at[3];
    enum status status = STATUS_OK;
    *count = 0;
    TRY(store_query(desk->store, LIST, NULL, 0, &rows));
    while (*count < TURN_MAX && (status = store_next(rows, at, 3)) == STATUS_OK) {
        struct waiting_form *form = &out[(*count)++];
        struct text item = text_over(form->item, sizeof form->item);
        form->number = at[0].whole;
        if (at[2].type == STORE_TEXT)
            text_add(&item, at[2].bytes);
        status = slice_copy(scratch, at[1].bytes, &form->sealed);
        if (status != STATUS_OK)
            break;
    }
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status turn(struct sanction_desk *desk, struct arena *scratch, size_t *count)
{
    static const char FORGET[] = "DELETE FROM sanction_form WHERE number = ?1";
    struct waiting_form form[TURN_MAX];
    TRY(forms_read(desk, scratch, form, count));
    for (size_t i = 0; i < *count; i++) {
        const struct store_value number = STORE_OF_WHOLE(form[i].number);
        TRY(file(desk, &form[i], scratch));
        TRY(store_run(desk->store, FORGET, &number, 1));
    }
    return STATUS_OK;
}

enum status sanction_forms_turn(struct sanction_desk *desk, struct arena *scratch, bool *more)
{
    size_t count = 0;
    *more = false;
    TRY(store_begin(desk->store));
    enum status status = turn(desk, scratch, &count);
    if (status == STATUS_OK && count > 0)
        status = store_commit(desk->store);
    else
        store_rollback(desk->store);
    *more = count == TURN_MAX;
    return status;
}
