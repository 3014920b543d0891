/* show.c -- amounts, times and names, as all forms of a trace write them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "money/show_inside.h"

void show_add_amount(struct text *text, const struct trace_view *view, int64_t amount)
{
    uint64_t rest = amount < 0 ? -(uint64_t)amount : (uint64_t)amount;
    uint64_t unit = 1;
    for (int i = 0; i < view->digits; i++)
        unit *= 10;
    if (amount < 0)
        text_add_char(text, '-');
    text_addf(text, "%llu", (unsigned long long)(rest / unit));
    if (view->digits > 0)
        text_addf(text, ".%0*llu", view->digits, (unsigned long long)(rest % unit));
}

void show_add_time(struct text *text, const struct trace_view *view, int64_t ms)
{
    text_add_moment(text, (moment){ms}, view->zone_minutes);
}

void show_add_account(struct text *text, const struct trace_view *view, ident account)
{
    view->naming.add_account(view->naming.self, text, account);
}

void show_add_bank(struct text *text, const struct trace_view *view, ident bank)
{
    if (ident_known(bank))
        view->naming.add_bank(view->naming.self, text, bank);
}

enum status show_flush(struct text *text, struct trace_outlet outlet)
{
    must(!text->full); /* every line of a trace has its bound */
    if (text->size == 0)
        return STATUS_OK;
    TRY(outlet.take(outlet.self, text_slice(text)));
    *text = text_over(text->at, text->size_max + 1);
    return STATUS_OK;
}

const char *show_channel(const struct payment *payment)
{
    const struct kind_schema *schema = kind_schema(RECORD_payment);
    const char *const *words = schema->fields[FIELD_OF(payment, channel)].words;
    if (payment->channel == CHANNEL_UNKNOWN)
        return NULL;
    for (unsigned i = 0; words[i] != NULL; i++)
        if (i == payment->channel)
            return words[i];
    return NULL;
}

void show_add_delay(struct text *text, int64_t ms)
{
    static const struct {
        int64_t ms;
        const char *unit;
    } UNITS[] = {{DAY_MS, "d"}, {HOUR_MS, "h"}, {MINUTE_MS, "m"}, {SECOND_MS, "s"}};
    unsigned shown = 0;
    if (ms < SECOND_MS) {
        text_add_whole(text, ms);
        text_add_string(text, ms == 0 ? "s" : "ms");
        return;
    }
    for (unsigned i = 0; i < 4 && shown < 2; i++) {
        if (ms < UNITS[i].ms && shown == 0)
            continue;
        if (ms >= UNITS[i].ms)
            text_addf(text, "%lld%s", (long long)(ms / UNITS[i].ms), UNITS[i].unit);
        ms %= UNITS[i].ms;
        shown++;
    }
}

static const struct saying SHOW_WORDS[] = {
#define SHOW_WORD(name, en, zh) SAYING(en, zh),
#include "show_words.inc"
#undef SHOW_WORD
};

const char *show_word(enum show_word word, enum tongue tongue)
{
    return SHOW_WORDS[word].in[tongue];
}
