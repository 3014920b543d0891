/* show.c -- a ladder as JSON: parties by letter, names masked as in alerts unless they may be seen.
 *
 * Not chosen:  names in records.  A letter is shorter, cannot be unmasked by accident, and is what
 *              a lane is called. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ladder/ladder.h"
#include "record/mask.h"

enum { PARTY_BYTES = 768, RECORD_BYTES = 1024, HEAD_BYTES = 4096 };

static void add_letter(struct text *text, unsigned at)
{
    if (at >= 26)
        text_add_char(text, (char)('A' + at / 26 - 1));
    text_add_char(text, (char)('A' + at % 26));
}

static void add_moment(struct text *text, const char *name, moment at,
                       const struct ladder_show *show)
{
    text_addf(text, "\"%s\":", name);
    if (at.ms == MOMENT_NONE.ms) {
        text_add_string(text, "null");
        return;
    }
    text_add_char(text, '"');
    text_add_moment(text, at, show->zone_minutes);
    text_add_char(text, '"');
}

static void add_region(struct text *text, const char *region)
{
    text_add_string(text, ",\"region\":");
    if (region[0] == '\0')
        text_add_string(text, "null");
    else
        text_add_json(text, slice_of(region));
}

static void add_party(struct text *text, const struct ladder_view *view, uint32_t at,
                      const struct ladder_show *show)
{
    const struct ladder_party *party = &view->party[at];
    char bytes[IDENT_BYTES_MAX * 4 + 1];
    struct text name = text_over(bytes, sizeof bytes);
    if (show->unmask)
        text_add(&name, party->text);
    else
        text_add_masked(&name, party->text, party->type);
    text_add_string(text, at == 0 ? "{\"letter\":\"" : ",{\"letter\":\"");
    add_letter(text, at);
    text_addf(text, "\",\"type\":\"%s\",\"name\":", field_type_name(party->type));
    text_add_json(text, text_slice(&name));
    text_addf(text, ",\"sought\":%s,\"holder\":", party->sought ? "true" : "false");
    if (party->holder == 0)
        text_add_string(text, "null");
    else
        text_addf(text, "%u", party->holder);
    add_region(text, party->region);
    text_addf(text, ",\"shown\":%u", party->shown);
    if (party->sought)
        text_addf(text, ",\"records\":%u,\"others\":%u,\"others_more\":%s", party->records,
                  party->others, party->others_more ? "true" : "false");
    if (show->more != NULL)
        show->more(show->self, party, text);
    text_add_char(text, '}');
}

/* A field as a member, if it is known; `quoted`: as a text. */
static void add_field(struct text *text, const char *name, const struct record *record,
                      unsigned field, bool quoted)
{
    if (!record_knows(record, field))
        return;
    char bytes[IDENT_BYTES_MAX * 4 + 1];
    struct text value = text_over(bytes, sizeof bytes);
    text_add_field(&value, record, field);
    text_addf(text, ",\"%s\":", name);
    if (quoted)
        text_add_json(text, text_slice(&value));
    else
        text_add(text, text_slice(&value));
}

static void add_side(struct text *text, const char *name, uint16_t party)
{
    if (party == LADDER_NOBODY)
        return;
    text_addf(text, ",\"%s\":\"", name);
    add_letter(text, party);
    text_add_char(text, '"');
}

/* Whom a victim named. */
static void add_named(struct text *text, const struct ladder_view *view,
                      const struct record *record)
{
    static const struct {
        unsigned field;
        enum field_type type;
    } LISTS[] = {{FIELD_OF(report, phones), FIELD_PHONE},
                 {FIELD_OF(report, accounts), FIELD_ACCOUNT}};
    bool first = true;
    text_add_string(text, ",\"named\":[");
    for (unsigned l = 0; l < 2; l++) {
        if (!record_knows(record, LISTS[l].field))
            continue;
        const struct ident_list *list = record->field[LISTS[l].field].names;
        for (uint32_t i = 0; i < list->count; i++)
            for (uint32_t p = 0; p < view->parties_count; p++)
                if (view->party[p].type == LISTS[l].type &&
                    ident_equal(view->party[p].name, list->at[i])) {
                    text_add_string(text, first ? "\"" : ",\"");
                    add_letter(text, p);
                    text_add_char(text, '"');
                    first = false;
                }
    }
    text_add_char(text, ']');
}

static void add_kind(struct text *text, const struct ladder_view *view, const struct record *record)
{
    switch (record->kind) {
    case RECORD_call:
        if (record_knows(record, FIELD_OF(call, duration)))
            text_addf(text, ",\"duration_ms\":%lld",
                      (long long)record->field[FIELD_OF(call, duration)].whole);
        add_field(text, "result", record, FIELD_OF(call, result), true);
        break;
    case RECORD_sim:
        add_field(text, "event", record, FIELD_OF(sim, event), true);
        break;
    case RECORD_account:
        add_field(text, "event", record, FIELD_OF(account, event), true);
        break;
    case RECORD_payment:
        add_field(text, "amount", record, FIELD_OF(payment, amount), true);
        add_field(text, "currency", record, FIELD_OF(payment, currency), true);
        add_field(text, "channel", record, FIELD_OF(payment, channel), true);
        if (record_knows(record, FIELD_OF(payment, reverses)))
            text_add_string(text, ",\"reverses\":true");
        break;
    case RECORD_report:
        add_field(text, "amount", record, FIELD_OF(report, amount), true);
        add_field(text, "scam", record, FIELD_OF(report, scam), true);
        add_named(text, view, record);
        break;
    default:
        break;
    }
}

static void add_record(struct text *text, const struct ladder_view *view, uint32_t at,
                       const struct ladder_show *show)
{
    const struct ladder_record *one = &view->record[at];
    const struct record *record = &one->record;
    text_addf(text, "%s{\"position\":%llu,", at == 0 ? "" : ",",
              (unsigned long long)record->position);
    add_moment(text, "time", record->at, show);
    text_addf(text, ",\"kind\":\"%s\",\"own\":%s", kind_schema(record->kind)->name,
              one->own ? "true" : "false");
    add_side(text, "from", one->from);
    add_side(text, "to", one->to);
    add_side(text, "device", one->device);
    add_side(text, "card", one->card);
    add_kind(text, view, record);
    add_region(text, one->region);
    text_addf(text, ",\"late_ms\":%lld}", (long long)one->late_ms);
}

static void add_read(struct text *text, const struct ladder_view *view,
                     const struct ladder_show *show)
{
    text_add_string(text, ",\"read\":{");
    add_moment(text, "from", view->from, show);
    text_add_char(text, ',');
    add_moment(text, "until", view->until, show);
    text_addf(text, ",\"first\":%llu,\"last\":%llu,\"entries\":%llu,\"kept_from\":%llu",
              (unsigned long long)view->first, (unsigned long long)view->last,
              (unsigned long long)view->entries, (unsigned long long)view->kept_from);
    text_addf(text, ",\"cut\":\"%s\",\"cut_after\":\"%s\"}", ladder_cut_name(view->cut),
              ladder_cut_name(view->cut_after));
}

void text_add_ladder(struct text *text, const struct ladder_view *view,
                     const struct ladder_show *show)
{
    text_addf(text, "\"masked\":%s,\"trigger\":%llu", show->unmask ? "false" : "true",
              (unsigned long long)view->trigger);
    add_read(text, view, show);
    text_addf(text, ",\"missing\":%u,\"left\":%u,\"parties\":[", view->missing, view->left);
    for (uint32_t i = 0; i < view->parties_count; i++)
        add_party(text, view, i, show);
    text_add_string(text, "],\"records\":[");
    for (uint32_t i = 0; i < view->records_count; i++)
        add_record(text, view, i, show);
    text_add_string(text, "],\"gaps\":[");
    for (uint32_t i = 0; i < view->gaps_count; i++) {
        text_addf(text, "%s{\"kind\":\"%s\",", i == 0 ? "" : ",",
                  kind_schema(view->gap[i].kind)->name);
        add_moment(text, "from", view->gap[i].from, show);
        text_add_char(text, ',');
        add_moment(text, "until", view->gap[i].until, show);
        text_add_char(text, '}');
    }
    text_add_char(text, ']');
}

size_t ladder_bytes_max(const struct ladder_view *view)
{
    return HEAD_BYTES + (size_t)view->parties_count * PARTY_BYTES +
           (size_t)view->records_count * RECORD_BYTES;
}
