/* import.c -- told again, by the code that heard it the first time.
 *
 * Invariant:   whatever the bytes are, a name is a name, a field is of its kind, and a tie leads to
 *              a person who is there.  All else is refused, and nothing is believed because it was
 *              written by us. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "register/export_inside.h"

#include <math.h>

/* A known name that prints, if it is one of those that do. */
static enum status name_import(struct undump *undump, ident *out)
{
    TRY(undump_u64(undump, &out->bits));
    return ident_valid(*out) ? STATUS_OK : STATUS_MALFORMED;
}

/* The same, or 0 for the end of a part. */
static enum status name_or_end(struct undump *undump, ident *out)
{
    TRY(undump_u64(undump, &out->bits));
    return !ident_known(*out) || ident_valid(*out) ? STATUS_OK : STATUS_MALFORMED;
}

static enum status text_import(struct undump *undump, struct slice *out)
{
    TRY(undump_text(undump, out));
    return out->size <= RECORD_TEXT_MAX ? STATUS_OK : STATUS_MALFORMED;
}

static enum status lists_import(struct registry *registry, struct undump *undump, uint32_t *count)
{
    ident name;
    for (*count = 0;; ++*count) {
        TRY(name_or_end(undump, &name));
        if (!ident_known(name))
            return STATUS_OK;
        if (registry != NULL)
            TRY(list_name(registry, name));
    }
}

static enum status persons_import(struct registry *registry, struct undump *undump)
{
    ident name;
    struct slice spelling;
    struct row *row;
    for (uint64_t before = 0;; before = name.bits) {
        TRY(name_or_end(undump, &name));
        if (!ident_known(name))
            return STATUS_OK;
        TRY(text_import(undump, &spelling));
        if (name.bits <= before)
            return STATUS_MALFORMED;
        if (registry != NULL)
            TRY(row_of_key(registry, RECORD_person, name, spelling, &row));
    }
}

static enum status spelled_import(struct registry *registry, struct undump *undump)
{
    ident name;
    struct slice spelling;
    for (uint64_t before = 0;; before = name.bits) {
        TRY(name_or_end(undump, &name));
        if (!ident_known(name))
            return STATUS_OK;
        TRY(text_import(undump, &spelling));
        if (name.bits <= before || ident_is_packed(name))
            return STATUS_MALFORMED;
        if (registry != NULL)
            TRY(row_spell(registry, name, spelling));
    }
}

/* Texts of one row, which are lent only until the next read. */
struct copied {
    char bytes[RECORD_FIELDS_MAX][RECORD_TEXT_MAX];
};

static enum status field_import(struct undump *undump, enum field_type type, char *bytes,
                                union value *value, struct slice *text)
{
    struct slice lent;
    switch (field_held(type)) {
    case HELD_NAME:
        TRY(name_import(undump, &value->name));
        TRY(text_import(undump, &lent));
        if (lent.size > 0)
            memcpy(bytes, lent.at, lent.size);
        *text = (struct slice){bytes, lent.size};
        return STATUS_OK;
    case HELD_REAL:
        TRY(undump_u64(undump, (uint64_t *)&value->whole));
        return isnan(value->real) ? STATUS_MALFORMED : STATUS_OK;
    case HELD_WHOLE:
        return undump_u64(undump, (uint64_t *)&value->whole);
    case HELD_NAMES:
        break;
    }
    return STATUS_MALFORMED;
}

static enum status row_import(struct registry *registry, struct undump *undump)
{
    uint8_t kind;
    uint64_t known;
    struct copied copied;
    TRY(undump_u8(undump, &kind));
    if (kind != RECORD_person && kind != RECORD_cell && kind != RECORD_region)
        return STATUS_MALFORMED;
    const struct kind_schema *schema = kind_schema((enum record_kind)kind);
    struct record record = {.kind = (enum record_kind)kind, .at = MOMENT_NONE};
    TRY(undump_below(undump, ((uint64_t)1 << schema->fields_count) - 1, &known));
    TRY(undump_u64(undump, &record.position));
    TRY(undump_u64(undump, &record.digest));
    record.known = (uint32_t)known;
    if (!record_knows(&record, 0))
        return STATUS_MALFORMED;
    for (unsigned i = 0; i < schema->fields_count; i++)
        if (record_knows(&record, i))
            TRY(field_import(undump, schema->fields[i].type, copied.bytes[i], &record.field[i],
                             &record.text[i]));
    return registry == NULL ? STATUS_OK : registry_take(registry, &record);
}

static enum status tie_import(struct registry *registry, struct undump *undump)
{
    uint8_t thing;
    ident held, person;
    struct slice spelling;
    TRY(undump_u8(undump, &thing));
    TRY(name_import(undump, &held));
    TRY(name_import(undump, &person));
    TRY(text_import(undump, &spelling));
    if (thing >= HOLDS_COUNT)
        return STATUS_MALFORMED;
    if (registry == NULL)
        return STATUS_OK;
    if (spelling.size == 0 && row_find(registry, RECORD_person, person) == NULL)
        return STATUS_MALFORMED;
    return holding_take_tie(registry, (enum held_thing)thing, held, person, spelling);
}

static enum status member_import(struct registry *registry, struct undump *undump, uint32_t lists)
{
    uint64_t list, from, until;
    uint8_t shortened;
    struct membership member = {0};
    TRY(undump_varint(undump, &list));
    TRY(name_import(undump, &member.value));
    TRY(undump_u8(undump, &shortened));
    TRY(undump_u64(undump, &from));
    TRY(undump_u64(undump, &until));
    if (list >= lists || shortened > 1)
        return STATUS_MALFORMED;
    member.list = (uint32_t)list;
    member.shortened = shortened == 1;
    member.from = (moment){(int64_t)from};
    member.until = (moment){(int64_t)until};
    return registry == NULL ? STATUS_OK : list_put(registry, &member);
}

enum status registry_import(struct registry *registry, struct undump *undump)
{
    uint32_t lists;
    must(registry == NULL || registry->takes_count == 0);
    TRY(undump_expect(undump, REGISTRY_FORM));
    TRY(lists_import(registry, undump, &lists));
    TRY(persons_import(registry, undump));
    TRY(spelled_import(registry, undump));
    for (;;) {
        uint8_t saying;
        TRY(undump_u8(undump, &saying));
        switch (saying) {
        case SAID_NOTHING:
            return STATUS_OK;
        case SAID_ROW:
            TRY(row_import(registry, undump));
            break;
        case SAID_TIE:
            TRY(tie_import(registry, undump));
            break;
        case SAID_MEMBER:
            TRY(member_import(registry, undump, lists));
            break;
        default:
            return STATUS_MALFORMED;
        }
    }
}
