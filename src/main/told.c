/* told.c -- the document of a trace, read back.
 *
 * Names are texts there, perhaps masked; here each text gets a number, which stands where the index
 * would have eight bytes.  Two accounts whose masked names are alike share one: they are told apart
 * by their place in the trace, as in the document. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "told.h"

#include "ground/checksum.h"
#include "reading.h"

#include <stdlib.h>

enum { NAME_BYTES = 256 };

/* ---- values ---- */

static int64_t whole_of(struct slice raw)
{
    char bytes[32];
    struct text text = text_over(bytes, sizeof bytes);
    text_add_json_value(&text, raw);
    return strtoll(bytes, NULL, 10);
}

static int64_t whole_or(struct slice raw, int64_t otherwise)
{
    return raw.size == 0 || raw.at[0] == 'n' ? otherwise : whole_of(raw);
}

/* "1234.50" with so many digits behind the point. */
static int64_t amount_of(struct slice raw, int digits)
{
    char bytes[40];
    struct text text = text_over(bytes, sizeof bytes);
    text_add_json_value(&text, raw);
    bool minus = bytes[0] == '-';
    int64_t value = 0;
    int behind = -1;
    for (const char *at = bytes; *at != '\0'; at++) {
        if (*at == '.')
            behind = 0;
        if (*at < '0' || *at > '9' || value > INT64_MAX / 10 - 1)
            continue;
        value = value * 10 + (*at - '0');
        behind += behind >= 0;
    }
    for (behind = behind < 0 ? 0 : behind; behind < digits && value <= INT64_MAX / 10; behind++)
        value *= 10;
    return minus ? -value : value;
}

static moment moment_of(struct slice raw)
{
    char bytes[64];
    moment at = MOMENT_NONE;
    struct text text = text_over(bytes, sizeof bytes);
    text_add_json_value(&text, raw);
    if (raw.size == 0 || raw.at[0] == 'n' || moment_parse(text_slice(&text), &at) != STATUS_OK)
        return MOMENT_NONE;
    return at;
}

static bool flag_of(struct slice raw)
{
    return slice_equal(raw, SLICE("true"));
}

static enum trace_end end_of(struct slice raw)
{
    for (unsigned i = 0; i < ENDS_COUNT; i++)
        if (raw.size == strlen(trace_end_word(i)) + 2 &&
            memcmp(raw.at + 1, trace_end_word(i), raw.size - 2) == 0)
            return i;
    return ENDS_COUNT;
}

static uint32_t count_of(struct slice array)
{
    struct slice name, value;
    size_t at = 0;
    uint32_t count = 0;
    while (answered_next(array, &at, &name, &value))
        count++;
    return count;
}

/* ---- names ---- */

static ident name_of(struct told *told, struct slice raw, struct arena *arena)
{
    char bytes[NAME_BYTES];
    struct text text = text_over(bytes, sizeof bytes);
    if (raw.size < 2 || raw.at[0] != '"')
        return IDENT_UNKNOWN;
    text_add_json_value(&text, raw);
    struct slice name = text_slice(&text);
    uint32_t mask = 2 * told->names_max - 1;
    uint32_t i = (uint32_t)hash_bytes(name) & mask;
    for (; told->slot[i] != 0; i = (i + 1) & mask)
        if (slice_equal(told->name[told->slot[i] - 1], name))
            return (ident){told->slot[i]};
    if (told->names_count == told->names_max ||
        slice_copy(arena, name, &told->name[told->names_count]) != STATUS_OK)
        return IDENT_UNKNOWN;
    told->slot[i] = ++told->names_count;
    return (ident){told->slot[i]};
}

static void add_name(void *self, struct text *text, ident name)
{
    const struct told *told = self;
    if (name.bits > 0 && name.bits <= told->names_count)
        text_add(text, told->name[name.bits - 1]);
}

static void add_payment(void *self, struct text *text, const struct payment *payment)
{
    add_name(self, text, (ident){payment->name});
}

struct trace_naming told_naming(struct told *told)
{
    return (struct trace_naming){add_name, add_name, add_payment, NULL, told};
}

/* ---- sums ---- */

static void read_ends(struct slice object, int digits, int64_t ended[ENDS_COUNT])
{
    for (unsigned i = 0; i < ENDS_COUNT; i++)
        ended[i] = amount_of(answered_member(object, trace_end_word(i)), digits);
}

static void read_cuts(struct slice object, int digits, int64_t cut[CUTS_COUNT],
                      uint32_t payments[CUTS_COUNT])
{
    for (unsigned i = 0; i < CUTS_COUNT; i++) {
        struct slice one = answered_member(object, trace_cut_word(i));
        cut[i] = amount_of(answered_member(one, "amount"), digits);
        payments[i] = (uint32_t)whole_of(answered_member(one, "payments"));
    }
}

static void read_limits(struct slice limits, int digits, struct trace_request *out)
{
    out->depth_max = (uint32_t)whole_of(answered_member(limits, "depth"));
    out->fan_max = (uint32_t)whole_of(answered_member(limits, "fan"));
    out->edges_max = (uint32_t)whole_of(answered_member(limits, "payments"));
    out->steps_max = (uint32_t)whole_of(answered_member(limits, "reads"));
    out->amount_min = amount_of(answered_member(limits, "amount_min"), digits);
    out->since = moment_of(answered_member(limits, "since"));
    out->until = moment_of(answered_member(limits, "until"));
}

/* ---- parts ---- */

static void read_account(struct told *told, struct slice raw, struct arena *arena,
                         struct trace_account *out)
{
    int digits = told->digits;
    moment last_out = moment_of(answered_member(raw, "last_out"));
    *out = (struct trace_account){
        .name = name_of(told, answered_member(raw, "account"), arena),
        .bank = name_of(told, answered_member(raw, "bank"), arena),
        .level = (uint32_t)whole_of(answered_member(raw, "level")),
        .contact = {moment_of(answered_member(raw, "contact")).ms, 0},
        .in = amount_of(answered_member(raw, "in"), digits),
        .out = amount_of(answered_member(raw, "out"), digits),
        .held = amount_of(answered_member(raw, "held"), digits),
        .other = amount_of(answered_member(raw, "other"), digits),
        .touched = amount_of(answered_member(raw, "touched"), digits),
        .uncovered = amount_of(answered_member(raw, "uncovered"), digits),
        .mixed = flag_of(answered_member(raw, "mixed")),
        .last_out_ms = last_out.ms == MOMENT_NONE.ms ? INT64_MIN : last_out.ms,
    };
    struct slice opening = answered_member(raw, "opening");
    out->opening_known = opening.size > 0 && opening.at[0] == '"';
    out->opening = out->opening_known ? amount_of(opening, digits) : 0;
    read_ends(answered_member(raw, "ends"), digits, out->ended);
    read_cuts(answered_member(raw, "cuts"), digits, out->cut, out->cut_payments);
}

static uint8_t channel_of(struct slice raw)
{
    char bytes[16];
    struct text text = text_over(bytes, sizeof bytes);
    text_add_json_value(&text, raw);
    int64_t choice = CHANNEL_UNKNOWN;
    bool known = raw.size > 2 && choice_find(RECORD_payment, FIELD_OF(payment, channel),
                                             text_slice(&text), &choice);
    return known ? (uint8_t)choice : (uint8_t)CHANNEL_UNKNOWN;
}

static void read_edge(struct told *told, struct slice raw, struct arena *arena,
                      struct trace_edge *out)
{
    int digits = told->digits;
    struct slice record = answered_member(raw, "record");
    enum trace_end end = end_of(answered_member(raw, "end"));
    *out = (struct trace_edge){
        .payment = {.key = {moment_of(answered_member(raw, "time")).ms,
                            (uint64_t)whole_of(answered_member(record, "position"))},
                    .name = name_of(told, answered_member(raw, "id"), arena).bits,
                    .payer = name_of(told, answered_member(raw, "payer"), arena),
                    .payee = name_of(told, answered_member(raw, "payee"), arena),
                    .amount = amount_of(answered_member(raw, "amount"), digits),
                    .balance = MONEY_UNKNOWN,
                    .channel = channel_of(answered_member(raw, "channel"))},
        .traced = amount_of(answered_member(raw, "traced"), digits),
        .level = (uint32_t)whole_of(answered_member(raw, "level")),
        .delay_ms = whole_or(answered_member(raw, "delay_ms"), -1),
        .from = (uint32_t)whole_or(answered_member(raw, "from"), TRACE_START),
        .to = (uint32_t)whole_or(answered_member(raw, "to"), TRACE_START),
        .end = end,
        .own = flag_of(answered_member(raw, "own")),
    };
}

static bool is_sound(const struct told *told)
{
    const struct trace *trace = &told->trace;
    for (uint32_t i = 0; i < trace->edges_count; i++) {
        const struct trace_edge *edge = &trace->edge[i];
        if ((edge->from != TRACE_START && edge->from >= trace->accounts_count) ||
            (edge->to != TRACE_START && edge->to >= trace->accounts_count))
            return false;
    }
    for (uint32_t i = 0; i < told->stops.count; i++)
        if (told->stops.at[i].account >= trace->accounts_count)
            return false;
    return true;
}

static void read_stop(struct told *told, struct slice raw, struct stop_proposal *out)
{
    struct slice seen = answered_member(raw, "seen");
    *out = (struct stop_proposal){
        .account = (uint32_t)whole_of(answered_member(raw, "account")),
        .held = amount_of(answered_member(raw, "held"), told->digits),
        .expected = amount_of(answered_member(raw, "expected"), told->digits),
        .stays = (uint32_t)amount_of(answered_member(raw, "stays"), 6),
        .age_ms = whole_of(answered_member(raw, "age_ms")),
        .answer_ms = whole_of(answered_member(raw, "answer_ms")),
        .chain_seen = (uint32_t)whole_of(answered_member(seen, "chain")),
        .own_seen = (uint32_t)whole_of(answered_member(seen, "own")),
        .chain_median_ms = whole_or(answered_member(seen, "chain_median_ms"), -1),
        .own_median_ms = whole_or(answered_member(seen, "own_median_ms"), -1),
    };
    if (out->account < told->trace.accounts_count)
        out->mixed = told->trace.account[out->account].mixed;
    told->stops.held += out->held;
    told->stops.expected += out->expected;
}

/* ---- all of it ---- */

static enum status make_room(struct told *told, struct slice json, struct arena *arena)
{
    struct trace *trace = &told->trace;
    trace->accounts_count = count_of(answered_member(json, "accounts"));
    trace->edges_count = count_of(answered_member(json, "payments"));
    struct slice stops = answered_member(json, "stops");
    told->has_stops = stops.size > 0 && stops.at[0] == '[';
    told->stops.count = told->has_stops ? count_of(stops) : 0;
    uint64_t names = 2 * (uint64_t)trace->accounts_count + 3 * (uint64_t)trace->edges_count + 16;
    told->names_max = 16;
    while (told->names_max < names)
        told->names_max *= 2;
    TRY(ARENA_NEW(arena, told->names_max, &told->name));
    TRY(ARENA_NEW(arena, 2 * told->names_max, &told->slot));
    TRY(ARENA_NEW(arena, trace->accounts_count + 1, &trace->account));
    TRY(ARENA_NEW(arena, trace->edges_count + 1, &trace->edge));
    return ARENA_NEW(arena, told->stops.count + 1, &told->stops.at);
}

static void read_top(struct told *told, struct slice json, struct arena *arena)
{
    struct trace *trace = &told->trace;
    struct slice sums = answered_member(json, "sums");
    char bytes[16];
    struct text method = text_over(bytes, sizeof bytes);
    text_add_json_value(&method, answered_member(json, "method"));
    (void)trace_method_find(text_slice(&method), &trace->request.method);
    trace->request.backward =
        slice_equal(answered_member(json, "direction"), SLICE("\"backward\""));
    told->masked = flag_of(answered_member(json, "masked"));
    trace->start = name_of(told, answered_member(json, "start"), arena);
    trace->currency = name_of(told, answered_member(json, "currency"), arena);
    if (ident_known(trace->currency))
        told->currency = told->name[trace->currency.bits - 1];
    told->digits = currency_digits(told->currency);
    trace->origins_count = (uint32_t)whole_of(answered_member(json, "origins"));
    trace->other_currency = (uint32_t)whole_of(answered_member(json, "other_currency"));
    read_limits(answered_member(json, "limits"), told->digits, &trace->request);
    trace->started = amount_of(answered_member(sums, "started"), told->digits);
    trace->touched = amount_of(answered_member(sums, "touched"), told->digits);
    trace->held = amount_of(answered_member(sums, "held"), told->digits);
    read_ends(answered_member(sums, "ends"), told->digits, trace->ended);
    read_cuts(answered_member(sums, "cuts"), told->digits, trace->cut, trace->cut_payments);
}

/* Banks stand with accounts; a payment to one shows that of its account. */
static void note_banks(struct trace *trace)
{
    for (uint32_t i = 0; i < trace->edges_count; i++) {
        struct trace_edge *edge = &trace->edge[i];
        if (edge->from != TRACE_START)
            edge->payment.payer_bank = trace->account[edge->from].bank;
        if (edge->to != TRACE_START)
            edge->payment.payee_bank = trace->account[edge->to].bank;
    }
}

enum status told_read(struct told *out, struct slice json, moment made, struct arena *arena)
{
    struct slice name, value;
    size_t at = 0;
    uint32_t count = 0;
    *out = (struct told){.now = made, .currency = SLICE("")};
    if (!slice_equal(answered_member(json, "version"), SLICE("1")))
        return STATUS_MALFORMED;
    TRY(make_room(out, json, arena));
    read_top(out, json, arena);
    struct slice accounts = answered_member(json, "accounts");
    while (answered_next(accounts, &at, &name, &value))
        read_account(out, value, arena, &out->trace.account[count++]);
    struct slice payments = answered_member(json, "payments");
    for (at = count = 0; answered_next(payments, &at, &name, &value);)
        read_edge(out, value, arena, &out->trace.edge[count++]);
    struct slice stops = answered_member(json, "stops");
    for (at = count = 0; out->has_stops && answered_next(stops, &at, &name, &value);)
        read_stop(out, value, &out->stops.at[count++]);
    if (!is_sound(out))
        return STATUS_MALFORMED;
    note_banks(&out->trace);
    return STATUS_OK;
}
