/* stream.c -- a small city of thirty phones that call too much. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test/live/stream.h"

#include "ground/chance.h"

#include <stdio.h>
#include <stdlib.h>

enum { STEP_MS = 700, PHONES = 30, ACCOUNTS = 20, TEXT_MAX = 40, LINE_MAX_BYTES = 1 << 16 };

#define BEGIN_MS 1772380800000 /* 2026-03-02T00:00+08:00 */

#define RULES_SAME                                                                          \
    "profile line by call.caller { out = count over 1h  reach = distinct callee over 30m\n" \
    "  talk = mean duration over 1h }\n"                                                    \
    "profile box by call.imei { cards = distinct imsi over 6h }\n"                          \
    "profile pen by sms.sender { sent = count over 10m  links = distinct url over 1h }\n"   \
    "rule a_reach on call { title \"a\" \"a\" when line.reach >= 6 and line.talk < 60s\n"   \
    "  subject caller typology scam_caller quiet 5m\n"                                      \
    "  against line.out > 12 \"much\" \"much\" }\n"                                         \
    "rule b_cards on call { title \"b\" \"b\" when box.cards >= 4\n"                        \
    "  subject imei typology gateway quiet 1h }\n"                                          \
    "rule c_pen on sms { title \"c\" \"c\" when pen.sent >= 3 and pen.links >= 2\n"         \
    "  subject sender typology scam_sms quiet 20m }\n"

static const char RULES[] = RULES_SAME
    "profile purse by payment.payer, payment.payee { got = sum amount over 2h as payee\n"
    "  gave = sum amount over 2h as payer  payers = distinct payer over 6h as payee }\n"
    "rule d_purse on payment { title \"d\" \"d\" when purse[payer].got >= 900 CNY and\n"
    "  purse[payer].gave >= 0.5 * purse[payer].got subject payer typology mule quiet 30m }\n"
    "rule e_purse on payment { title \"e\" \"e\" when purse[payee].payers >= 5\n"
    "  subject payee typology runner quiet 2h }\n";

static const char RULES_CHANGED[] =
    RULES_SAME "profile purse by payment.payer, payment.payee { got = sum amount over 1h as payee\n"
               "  payers = distinct payer over 3h as payee }\n"
               "rule e_purse on payment { title \"e\" \"e\" when purse[payee].payers >= 4\n"
               "  subject payee typology runner quiet 2h }\n"
               "rule f_purse on payment { title \"f\" \"f\" when purse[payee].got >= 2000 CNY\n"
               "  subject payee typology mule quiet 30m }\n";

const struct rule_set *stream_rule_set(enum stream_rules which, struct arena *image)
{
    static struct diags diags;
    struct rule_file *file;
    const struct rule_set *set = NULL;
    diags = (struct diags){.count = 0};
    must(ARENA_NEW(image, 1, &file) == STATUS_OK);
    *file = (struct rule_file){SLICE("stream.cut"),
                               slice_of(which == STREAM_RULES ? RULES : RULES_CHANGED)};
    if (rules_check(file, 1, image, &diags, &set) != STATUS_OK) {
        char bytes[4096];
        struct text text = text_over(bytes, sizeof bytes);
        for (uint32_t i = 0; i < diags.count; i++)
            text_add_diag(&text, &diags.diag[i], file, TONGUE_EN, false);
        (void)fputs(bytes, stderr);
    }
    must(set != NULL);
    return set;
}

/* ---- records ---- */

struct maker {
    struct record record;
    struct chance chance;
    struct arena *arena;
};

static struct slice spell(struct maker *maker, const char *form, uint64_t number)
{
    char *at;
    must(ARENA_NEW(maker->arena, TEXT_MAX, &at) == STATUS_OK);
    struct text text = text_over(at, TEXT_MAX);
    text_addf(&text, form, (unsigned long long)number);
    must(!text.full);
    return text_slice(&text);
}

static void put_name(struct maker *maker, unsigned field, const char *form, uint64_t number)
{
    maker->record.text[field] = spell(maker, form, number);
    maker->record.field[field].name = ident_of(maker->record.text[field]);
    maker->record.known |= 1u << field;
}

static void put_whole(struct maker *maker, unsigned field, int64_t whole)
{
    maker->record.field[field].whole = whole;
    maker->record.known |= 1u << field;
}

static void put_names(struct maker *maker, unsigned field, const char *form)
{
    struct ident_list *list;
    ident *at;
    struct slice *text;
    must(ARENA_NEW(maker->arena, 1, &list) == STATUS_OK);
    must(ARENA_NEW(maker->arena, 3, &at) == STATUS_OK);
    must(ARENA_NEW(maker->arena, 3, &text) == STATUS_OK);
    list->count = 1 + (uint32_t)chance_below(&maker->chance, 3);
    for (uint32_t i = 0; i < list->count; i++) {
        text[i] = spell(maker, form, chance_below(&maker->chance, PHONES));
        at[i] = ident_of(text[i]);
    }
    list->at = at;
    list->text = text;
    maker->record.field[field].names = list;
    maker->record.known |= 1u << field;
}

static uint64_t below(struct maker *maker, uint64_t count)
{
    return chance_below(&maker->chance, count);
}

static void make_call(struct maker *maker)
{
    uint64_t caller = below(maker, PHONES / 3);
    put_name(maker, FIELD_OF(call, caller), "+86138000%05llu", caller);
    put_name(maker, FIELD_OF(call, callee), "+86139000%05llu", below(maker, 400));
    put_whole(maker, FIELD_OF(call, duration), (int64_t)below(maker, 100000));
    put_name(maker, FIELD_OF(call, imsi), "46000%010llu", caller);
    put_name(maker, FIELD_OF(call, imei), "3512345678%04llu", caller / 5);
    put_name(maker, FIELD_OF(call, cell), "cell-%llu", below(maker, 9));
}

static void make_sms(struct maker *maker)
{
    put_name(maker, FIELD_OF(sms, sender), "1069%06llu", below(maker, 8));
    put_name(maker, FIELD_OF(sms, recipient), "+86139000%05llu", below(maker, 400));
    if (below(maker, 2) == 0)
        put_name(maker, FIELD_OF(sms, url), "bait-%llu.example", below(maker, 5));
}

static void make_payment(struct maker *maker)
{
    put_name(maker, FIELD_OF(payment, payer), "62220200000000000%02llu", below(maker, ACCOUNTS));
    put_name(maker, FIELD_OF(payment, payee), "ACCOUNT-%llu", below(maker, ACCOUNTS));
    put_whole(maker, FIELD_OF(payment, amount), (int64_t)below(maker, 100000));
    if (below(maker, 9) == 0)
        put_name(maker, FIELD_OF(payment, currency), "USD", 0);
}

static void make_tie(struct maker *maker)
{
    put_name(maker, FIELD_OF(sim, phone), "+86138000%05llu", below(maker, PHONES));
    put_name(maker, FIELD_OF(sim, imsi), "46000%010llu", below(maker, PHONES));
    put_whole(maker, FIELD_OF(sim, event), (int64_t)below(maker, 2));
    put_name(maker, FIELD_OF(sim, person), "person-%llu", below(maker, PHONES));
}

static void make_report(struct maker *maker, uint64_t n)
{
    put_name(maker, FIELD_OF(report, id), "report-%llu", n);
    put_whole(maker, FIELD_OF(report, amount), (int64_t)below(maker, 1000000));
    put_names(maker, FIELD_OF(report, phones), "+86138000%05llu");
}

static void make_row(struct maker *maker)
{
    put_name(maker, FIELD_OF(list, list), "couriers", 0);
    put_name(maker, FIELD_OF(list, value), "+86138000%05llu", below(maker, PHONES));
}

static enum record_kind any_kind(struct chance *chance)
{
    static const enum record_kind KINDS[] = {
        RECORD_call, RECORD_call,    RECORD_call,    RECORD_call, RECORD_call,   RECORD_sms,
        RECORD_sms,  RECORD_payment, RECORD_payment, RECORD_sim,  RECORD_report, RECORD_list};
    return KINDS[chance_below(chance, sizeof KINDS / sizeof KINDS[0])];
}

struct record stream_record(uint64_t seed, uint64_t n, struct arena *arena)
{
    if (n % 19 == 18)
        n -= 7; /* a double */
    struct maker maker = {.arena = arena,
                          .chance = chance_branch(chance_seeded(seed), n),
                          .record = {.at = MOMENT_NONE}};
    maker.record.kind = any_kind(&maker.chance);
    int64_t at_ms = BEGIN_MS + (int64_t)n * STEP_MS - (int64_t)below(&maker, 3 * STEP_MS);
    if (below(&maker, 50) == 0)
        at_ms -= (int64_t)below(&maker, 8 * (uint64_t)HOUR_MS); /* late */
    if (kind_schema(maker.record.kind)->group == GROUP_EVENT) {
        put_whole(&maker, 0, at_ms);
        maker.record.at.ms = at_ms;
    }
    switch (maker.record.kind) {
    case RECORD_call:
        make_call(&maker);
        break;
    case RECORD_sms:
        make_sms(&maker);
        break;
    case RECORD_payment:
        make_payment(&maker);
        break;
    case RECORD_sim:
        make_tie(&maker);
        break;
    case RECORD_report:
        make_report(&maker, n);
        break;
    default:
        make_row(&maker);
        break;
    }
    record_seal(&maker.record);
    return maker.record;
}

/* ---- alerts ---- */

void tally_init(struct tally *tally, size_t room, struct arena *arena)
{
    *tally = (struct tally){.arena = arena, .room = room};
    must(ARENA_NEW(arena, room, &tally->line) == STATUS_OK);
}

static void text_add_alert(struct text *text, const struct alert *alert)
{
    const struct finding *finding = alert->finding;
    text_addf(text, "%s %llu ", alert->id, (unsigned long long)finding->record->position);
    text_add(text, finding->rule->name);
    text_addf(text, " %s %llu ", alert->first ? "first" : "repeat",
              (unsigned long long)alert->merged_before);
    text_add(text, finding->subject_text);
    for (uint32_t i = 0; i < finding->evidence_count; i++) {
        text_add_char(text, ' ');
        text_add(text, finding->evidence[i].value_text);
    }
    text_addf(text, " but %u @", finding->against_count);
    for (uint32_t i = 0; i < finding->positions_count; i++)
        text_addf(text, " %llu", (unsigned long long)finding->position[i]);
}

static enum status tally_take(void *self, const struct alert *alert)
{
    static _Thread_local char bytes[LINE_MAX_BYTES];
    struct tally *tally = self;
    struct text text = text_over(bytes, sizeof bytes);
    text_add_alert(&text, alert);
    must(!text.full);
    must(tally->count < tally->room);
    return slice_copy(tally->arena, text_slice(&text), &tally->line[tally->count++]);
}

struct alert_sink tally_sink(struct tally *tally)
{
    return (struct alert_sink){tally_take, tally};
}

static int compare(const void *a, const void *b)
{
    return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

void tally_settle(struct tally *tally)
{
    size_t kept = 0;
    qsort(tally->line, tally->count, sizeof *tally->line, compare);
    for (size_t i = 0; i < tally->count; i++)
        if (kept == 0 || !slice_equal(tally->line[kept - 1], tally->line[i]))
            tally->line[kept++] = tally->line[i];
    tally->count = kept;
}

static void say_alone(const char *where, const struct tally *tally, size_t i)
{
    (void)fprintf(stderr, "only in the %s: %s\n", where, tally->line[i].at);
}

bool tally_equal(const struct tally *a, const struct tally *b)
{
    size_t i = 0;
    size_t k = 0;
    bool equal = true;
    while (i < a->count || k < b->count) {
        int order = i == a->count ? 1 : k == b->count ? -1 : slice_compare(a->line[i], b->line[k]);
        equal = equal && order == 0;
        if (order < 0)
            say_alone("first", a, i);
        if (order > 0)
            say_alone("second", b, k);
        i += order <= 0;
        k += order >= 0;
    }
    return equal;
}
