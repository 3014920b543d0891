/* party.c -- who stands in records: names become parties, persons, and places.
 *
 * A party is a name of one type: a number, an account, a device, a card.  Sought are those of the
 * trigger, those that the alert's records share, and the number and account that the registry has
 * for the same persons: a victim's call and the payment that follows it are two parties of one
 * holder.
 *
 * Invariant:  the registry is asked twice at most for a ladder, many names at once. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ladder/ladder_inside.h"

#include "ground/checksum.h"

static bool is_party(enum field_type type)
{
    return type == FIELD_PHONE || type == FIELD_ACCOUNT || type == FIELD_IMEI ||
           type == FIELD_IMSI || type == FIELD_DEVICE;
}

/* Of a list of names. */
static unsigned names_of_list(const struct record *record, unsigned field, enum field_type type,
                              unsigned count, struct ladder_name out[NAMES_MAX])
{
    const struct ident_list *list = record->field[field].names;
    for (uint32_t i = 0; i < list->count && count < NAMES_MAX; i++)
        out[count++] = (struct ladder_name){type, list->at[i], list->text[i]};
    return count;
}

unsigned ladder_names(const struct record *record, struct ladder_name out[NAMES_MAX])
{
    const struct kind_schema *schema = kind_schema(record->kind);
    unsigned count = 0;
    for (unsigned f = 0; f < schema->fields_count; f++) {
        enum field_type type = schema->fields[f].type;
        if (!record_knows(record, f))
            continue;
        if (type == FIELD_PHONES)
            count = names_of_list(record, f, FIELD_PHONE, count, out);
        else if (type == FIELD_ACCOUNTS)
            count = names_of_list(record, f, FIELD_ACCOUNT, count, out);
        else if (is_party(type) && count < NAMES_MAX)
            out[count++] = (struct ladder_name){type, record->field[f].name, record->text[f]};
    }
    return count;
}

enum status party_of(struct gather *gather, const struct ladder_name *name, uint16_t *out)
{
    struct ladder_view *view = gather->view;
    for (uint32_t i = 0; i < view->parties_count; i++)
        if (view->party[i].type == name->type && ident_equal(view->party[i].name, name->name)) {
            *out = (uint16_t)i;
            return STATUS_OK;
        }
    if (view->parties_count == LADDER_PARTIES_MAX)
        return STATUS_FULL;
    if (view->party == NULL)
        TRY(ARENA_NEW(gather->request, LADDER_PARTIES_MAX, &view->party));
    struct slice text;
    TRY(slice_copy(gather->request, name->text, &text));
    *out = (uint16_t)view->parties_count;
    view->party[view->parties_count++] =
        (struct ladder_party){.type = name->type, .name = name->name, .text = text};
    return STATUS_OK;
}

/* ---- what the registry knows ---- */

struct asking {
    struct ladder_known known[LADDER_PARTIES_MAX];
    uint32_t count;
    ident cell[LADDER_RECORDS_MAX + LADDER_AFTER_RECORDS_MAX + POSITIONS_MAX];
    char cell_region[LADDER_RECORDS_MAX + LADDER_AFTER_RECORDS_MAX + POSITIONS_MAX]
                    [LADDER_REGION_BYTES];
    uint32_t cells_count;
};

static void copy_text(char *into, size_t size, struct slice text)
{
    size_t taken = text.size < size ? text.size : 0; /* one that does not fit names nothing */
    if (taken > 0)
        memcpy(into, text.at, taken);
    into[taken] = '\0';
}

/* A field of a register's row, with its spelling. */
static ident field_of(const struct registry *registry, const struct record *row, unsigned field,
                      char *into, size_t size)
{
    into[0] = '\0';
    if (row == NULL || !record_knows(row, field))
        return IDENT_UNKNOWN;
    ident name = row->field[field].name;
    char bytes[IDENT_BYTES_MAX + 1];
    struct text packed = text_over(bytes, sizeof bytes);
    if (ident_is_packed(name))
        text_add_ident(&packed, name);
    copy_text(into, size,
              ident_is_packed(name) ? text_slice(&packed) : registry_spelled(registry, name));
    return into[0] == '\0' ? IDENT_UNKNOWN : name;
}

static void look(void *job, const struct registry *registry)
{
    struct asking *asking = job;
    for (uint32_t i = 0; i < asking->count; i++) {
        struct ladder_known *known = &asking->known[i];
        bool held = known->type == FIELD_PHONE || known->type == FIELD_ACCOUNT;
        if (held && !ident_known(known->person))
            known->person = registry_person(registry, known->name, known->type);
        if (!ident_known(known->person))
            continue;
        const struct record *row = registry_find(registry, RECORD_person, known->person);
        copy_text(known->person_text, sizeof known->person_text,
                  registry_spelling(registry, RECORD_person, known->person));
        known->phone = field_of(registry, row, FIELD_OF(person, phone), known->phone_text,
                                sizeof known->phone_text);
        known->account = field_of(registry, row, FIELD_OF(person, account), known->account_text,
                                  sizeof known->account_text);
        (void)field_of(registry, row, FIELD_OF(person, region), known->region,
                       sizeof known->region);
    }
    for (uint32_t i = 0; i < asking->cells_count; i++)
        (void)field_of(registry, registry_find(registry, RECORD_cell, asking->cell[i]),
                       FIELD_OF(cell, region), asking->cell_region[i], LADDER_REGION_BYTES);
}

static enum status ask(struct gather *gather, struct asking *asking)
{
    const struct ladder_options *options = gather->options;
    return options->registry == NULL ? STATUS_OK : options->registry(options->self, look, asking);
}

/* Whom records themselves tie to a person: cards that were activated, accounts that were opened. */
static ident person_told(const struct ladder_view *view, const struct ladder_party *party)
{
    ident person = IDENT_UNKNOWN;
    for (uint32_t i = 0; i < view->records_count; i++) {
        const struct record *record = &view->record[i].record;
        bool sim = record->kind == RECORD_sim && party->type == FIELD_PHONE &&
                   ident_equal(record->field[FIELD_OF(sim, phone)].name, party->name);
        bool account = record->kind == RECORD_account && party->type == FIELD_ACCOUNT &&
                       ident_equal(record->field[FIELD_OF(account, account)].name, party->name);
        if (sim && record_knows(record, FIELD_OF(sim, person)))
            person = record->field[FIELD_OF(sim, person)].name;
        if (account && record_knows(record, FIELD_OF(account, person)))
            person = record->field[FIELD_OF(account, person)].name;
    }
    return person;
}

static enum status asking_begin(struct gather *gather, struct asking **out)
{
    const struct ladder_view *view = gather->view;
    struct asking *asking = NULL;
    TRY(ARENA_NEW(gather->request, 1, &asking));
    for (uint32_t i = 0; i < view->parties_count; i++)
        asking->known[asking->count++] =
            (struct ladder_known){.type = view->party[i].type,
                                  .name = view->party[i].name,
                                  .person = person_told(view, &view->party[i])};
    *out = asking;
    return STATUS_OK;
}

/* ---- who is sought ---- */

static enum status seek(struct gather *gather, const struct ladder_name *name)
{
    uint16_t at = 0;
    uint32_t before = gather->view->parties_count;
    if (before == LADDER_SOUGHT_MAX || !ident_known(name->name))
        return STATUS_OK;
    TRY(party_of(gather, name, &at));
    gather->view->party[at].sought = true;
    gather->bloom |= (uint64_t)1 << (hash_word(name->name.bits) & 63);
    return STATUS_OK;
}

/* Whether it stands in two of the alert's records. */
static bool is_shared(const struct ladder_view *view, const struct ladder_name *name)
{
    unsigned in = 0;
    for (uint32_t i = 0; i < view->records_count && in < 2; i++) {
        struct ladder_name names[NAMES_MAX];
        unsigned count = ladder_names(&view->record[i].record, names);
        bool there = false;
        for (unsigned n = 0; n < count; n++)
            there |= names[n].type == name->type && ident_equal(names[n].name, name->name);
        in += there;
    }
    return in == 2;
}

/* The persons that records name themselves: who had a card, who was taken in. */
static void ask_persons(const struct ladder_view *view, struct asking *asking)
{
    for (uint32_t i = 0; i < view->records_count; i++) {
        const struct record *record = &view->record[i].record;
        const struct kind_schema *schema = kind_schema(record->kind);
        for (unsigned f = 0; f < schema->fields_count; f++)
            if (schema->fields[f].type == FIELD_PERSON && record_knows(record, f) &&
                asking->count < LADDER_PARTIES_MAX)
                asking->known[asking->count++] =
                    (struct ladder_known){.type = FIELD_PERSON, .person = record->field[f].name};
    }
}

/* The number and the account of the same persons. */
static enum status seek_persons(struct gather *gather)
{
    struct asking *asking;
    TRY(asking_begin(gather, &asking));
    ask_persons(gather->view, asking);
    TRY(ask(gather, asking));
    for (uint32_t i = 0; i < asking->count; i++) {
        struct ladder_known *known = &asking->known[i];
        const struct ladder_name phone = {FIELD_PHONE, known->phone, slice_of(known->phone_text)};
        const struct ladder_name account = {FIELD_ACCOUNT, known->account,
                                            slice_of(known->account_text)};
        TRY(seek(gather, &phone));
        TRY(seek(gather, &account));
    }
    return STATUS_OK;
}

enum status parties_seek(struct gather *gather)
{
    struct ladder_view *view = gather->view;
    for (uint32_t i = 0; i < view->records_count; i++) {
        struct ladder_name names[NAMES_MAX];
        const struct ladder_record *own = &view->record[i];
        unsigned count = ladder_names(&own->record, names);
        for (unsigned n = 0; n < count; n++)
            if (own->record.position == view->trigger || is_shared(view, &names[n]))
                TRY(seek(gather, &names[n]));
    }
    return seek_persons(gather);
}

/* ---- settled ---- */

/* Its place in the view; LADDER_NOBODY: it is not known, or one more than there may be. */
static enum status place(struct gather *gather, const struct record *record, unsigned field,
                         uint16_t *out)
{
    *out = LADDER_NOBODY;
    if (!record_knows(record, field))
        return STATUS_OK;
    const struct ladder_name name = {kind_schema(record->kind)->fields[field].type,
                                     record->field[field].name, record->text[field]};
    enum status status = party_of(gather, &name, out);
    if (status == STATUS_FULL && gather->view->parties_count == LADDER_PARTIES_MAX)
        return STATUS_OK;
    return status;
}

/* Which fields say who did it, to whom, with what; UINT8_MAX: none. */
static const struct {
    uint8_t from, to, device, card, cell, region;
} SIDES[LADDER_KINDS] = {
    [RECORD_call] = {FIELD_OF(call, caller), FIELD_OF(call, callee), FIELD_OF(call, imei),
                     FIELD_OF(call, imsi), FIELD_OF(call, cell), UINT8_MAX},
    [RECORD_sms] = {FIELD_OF(sms, sender), FIELD_OF(sms, recipient), FIELD_OF(sms, imei),
                    FIELD_OF(sms, imsi), FIELD_OF(sms, cell), UINT8_MAX},
    [RECORD_sim] = {FIELD_OF(sim, phone), UINT8_MAX, UINT8_MAX, FIELD_OF(sim, imsi), UINT8_MAX,
                    FIELD_OF(sim, region)},
    [RECORD_account] = {FIELD_OF(account, account), UINT8_MAX, UINT8_MAX, UINT8_MAX, UINT8_MAX,
                        FIELD_OF(account, region)},
    [RECORD_payment] = {FIELD_OF(payment, payer), FIELD_OF(payment, payee),
                        FIELD_OF(payment, device), UINT8_MAX, UINT8_MAX, UINT8_MAX},
    [RECORD_report] = {UINT8_MAX, UINT8_MAX, UINT8_MAX, UINT8_MAX, UINT8_MAX, UINT8_MAX},
};

static enum status place_sides(struct gather *gather, struct ladder_record *one)
{
    const struct record *record = &one->record;
    const uint8_t field[4] = {SIDES[record->kind].from, SIDES[record->kind].to,
                              SIDES[record->kind].device, SIDES[record->kind].card};
    uint16_t *into[4] = {&one->from, &one->to, &one->device, &one->card};
    for (unsigned i = 0; i < 4; i++) {
        *into[i] = LADDER_NOBODY;
        if (field[i] != UINT8_MAX)
            TRY(place(gather, record, field[i], into[i]));
    }
    struct ladder_name names[NAMES_MAX];
    unsigned count = record->kind == RECORD_report ? ladder_names(record, names) : 0;
    for (unsigned n = 0; n < count; n++) { /* whom a victim named is a party, too */
        uint16_t at;
        enum status status = party_of(gather, &names[n], &at);
        if (status != STATUS_OK && gather->view->parties_count < LADDER_PARTIES_MAX)
            return status;
    }
    return STATUS_OK;
}

/* The same number for the same person, in the order of the parties. */
static void holders_number(struct ladder_view *view, const struct asking *asking)
{
    uint32_t holders = 0;
    for (uint32_t i = 0; i < view->parties_count; i++) {
        struct ladder_party *party = &view->party[i];
        const struct ladder_known *known = &asking->known[i];
        memcpy(party->region, known->region, sizeof party->region);
        memcpy(party->person, known->person_text, sizeof party->person);
        if (!ident_known(known->person))
            continue;
        for (uint32_t j = 0; j < i && party->holder == 0; j++)
            if (ident_equal(asking->known[j].person, known->person))
                party->holder = view->party[j].holder;
        if (party->holder == 0)
            party->holder = ++holders;
    }
}

enum status parties_settle(struct gather *gather)
{
    struct ladder_view *view = gather->view;
    struct asking *asking;
    for (uint32_t i = 0; i < view->records_count; i++)
        TRY(place_sides(gather, &view->record[i]));
    TRY(asking_begin(gather, &asking));
    for (uint32_t i = 0; i < view->records_count; i++) {
        const struct record *record = &view->record[i].record;
        uint8_t cell = SIDES[record->kind].cell;
        asking->cell[asking->cells_count++] = cell != UINT8_MAX && record_knows(record, cell)
                                                  ? record->field[cell].name
                                                  : IDENT_UNKNOWN;
    }
    TRY(ask(gather, asking));
    for (uint32_t i = 0; i < view->records_count; i++) {
        struct ladder_record *one = &view->record[i];
        uint8_t region = SIDES[one->record.kind].region;
        memcpy(one->region, asking->cell_region[i], sizeof one->region);
        if (region != UINT8_MAX && record_knows(&one->record, region))
            copy_text(one->region, sizeof one->region, one->record.text[region]);
        const uint16_t at[4] = {one->from, one->to, one->device, one->card};
        for (unsigned s = 0; s < 4; s++)
            if (at[s] != LADDER_NOBODY && (s == 0 || at[s] != at[s - 1]))
                view->party[at[s]].shown++;
    }
    holders_number(view, asking);
    return STATUS_OK;
}
