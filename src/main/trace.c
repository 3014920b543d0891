/* trace.c -- `cutline trace FROM FILE...`: where the money went, or whose it is.  Without files a
 * service is asked (follow.c).
 *
 *      files ──> feed ──┬──> register (who holds what, lists of shops and dealers)
 *                       └──> money index ──> trace ──> tree or JSON, GraphML, a page
 *
 * FROM is the id of a payment or the name of an account; `payment:` or `account:` in front says
 * which where both are known.  Ends come from what the records say: cash, a till (channel pos), a
 * bank abroad by its BIC, and the lists `merchant`, `exchange`, `gold` and `foreign`. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "verbs.h"

#include "alert/alert.h"
#include "casework/flow/flow.h"
#include "feed.h"
#include "follow.h"
#include "money/trace_show.h"
#include "outlet.h"
#include "register/register.h"
#include "say.h"
#include "spellings.h"
#include "stop.h"
#include "writer.h"

#include <stdlib.h>

enum {
    BOOT_MORE = 256 << 20,
    REQUEST_MAX = 1 << 30,
    ANSWER_SECONDS_USUAL = 60,
    ANSWER_SECONDS_MAX = 86400,
    PAYMENT_BYTES = 80,     /* what the index needs for one, with its accounts */
    PACKED_ROWS_A_BYTE = 8, /* a row of a hundred bytes, packed eight hundred to one */
    PAYMENTS_LEAST = 65536,
};

struct tracer {
    const struct command *command;
    struct settings settings;
    struct arena *boot, *request;
    struct feed feed;
    struct registry *registry;
    struct money *money;
    struct money_view *view;
    struct spellings spellings;
    struct trace_request asked;
    int64_t answer_ms;
    moment newest; /* payment read */
    struct trace *trace;
};

/* ---- the command ---- */

static enum exit_code time_of(const struct command *command, enum flag flag, moment *out)
{
    const char *word = command_value(command, flag);
    if (word == NULL || moment_parse(slice_of(word), out) == STATUS_OK)
        return EXIT_DONE;
    COMPLAIN(command, "--%s takes a time like 2026-03-02T09:00:00+08:00, not `%s`.",
             "--%s 应为 2026-03-02T09:00:00+08:00 这样的时间，不能是 `%s`。", FLAGS[flag].spelling,
             word);
    return EXIT_USAGE;
}

static enum exit_code whole_of(const struct command *command, enum flag flag, uint32_t most,
                               uint32_t *out)
{
    const char *word = command_value(command, flag);
    char *end;
    if (word == NULL)
        return EXIT_DONE;
    unsigned long number = strtoul(word, &end, 10);
    if (*word >= '0' && *word <= '9' && *end == '\0' && number >= 1 && number <= most) {
        *out = (uint32_t)number;
        return EXIT_DONE;
    }
    COMPLAIN(command, "--%s takes a whole number from 1 to %u, not `%s`.",
             "--%s 应为 1 到 %u 的整数，不能是 `%s`。", FLAGS[flag].spelling, most, word);
    return EXIT_USAGE;
}

static enum exit_code read_request(struct tracer *tracer)
{
    const struct command *command = tracer->command;
    struct trace_request *asked = &tracer->asked;
    const char *method = command_value(command, FLAG_method);
    uint32_t seconds = ANSWER_SECONDS_USUAL;
    *asked = trace_request_usual();
    asked->steps_max = TRACE_STEPS_MAX; /* nobody else waits for it */
    asked->backward = command_has(command, FLAG_backward);
    if (method != NULL && !trace_method_find(slice_of(method), &asked->method)) {
        COMPLAIN(command, "--method takes timestamp, fifo, lifo, pro_rata or poison, not `%s`.",
                 "--method 应为 timestamp、fifo、lifo、pro_rata 或 poison，不能是 `%s`。", method);
        return EXIT_USAGE;
    }
    enum exit_code code = whole_of(command, FLAG_depth, TRACE_DEPTH_MAX, &asked->depth_max);
    if (code == EXIT_DONE)
        code = whole_of(command, FLAG_answer, ANSWER_SECONDS_MAX, &seconds);
    if (code == EXIT_DONE)
        code = time_of(command, FLAG_since, &asked->since);
    if (code == EXIT_DONE)
        code = time_of(command, FLAG_until, &asked->until);
    tracer->answer_ms = (int64_t)seconds * SECOND_MS;
    return code;
}

/* ---- the records ---- */

static enum status note_payment(struct tracer *tracer, const struct record *record)
{
    static const unsigned FIELDS[] = {FIELD_OF(payment, payer),      FIELD_OF(payment, payee),
                                      FIELD_OF(payment, payer_bank), FIELD_OF(payment, payee_bank),
                                      FIELD_OF(payment, id),         FIELD_OF(payment, currency)};
    if (record->at.ms > tracer->newest.ms)
        tracer->newest = record->at;
    for (size_t i = 0; i < sizeof FIELDS / sizeof FIELDS[0]; i++)
        if (record_knows(record, FIELDS[i]))
            TRY(spellings_add(&tracer->spellings, record->field[FIELDS[i]].name,
                              record->text[FIELDS[i]]));
    return STATUS_OK;
}

static enum status read_records(struct tracer *tracer)
{
    const struct record *records;
    size_t count, taken;
    enum status status;
    while ((status = feed_next(&tracer->feed, &records, &count)) == STATUS_OK) {
        for (size_t i = 0; i < count; i++) {
            if (records[i].kind == RECORD_payment)
                TRY(note_payment(tracer, &records[i]));
            else
                TRY(registry_take(tracer->registry, &records[i]));
        }
        TRY(money_take(tracer->money, records, count, &taken));
    }
    return status;
}

/* ---- what the records say of accounts ---- */

static bool same_holder(void *self, ident a, ident b)
{
    const struct tracer *tracer = self;
    ident person = registry_person(tracer->registry, a, FIELD_ACCOUNT);
    return ident_known(person) &&
           ident_equal(person, registry_person(tracer->registry, b, FIELD_ACCOUNT));
}

static enum trace_end end_of(void *self, ident account, const struct payment *payment)
{
    struct tracer *tracer = self;
    enum trace_end end = flow_list_end(tracer->registry, account, (moment){payment->key.ms});
    char bytes[IDENT_BYTES_MAX + 1];
    struct text bank = text_over(bytes, sizeof bytes);
    if (end != ENDS_COUNT)
        return end;
    bool backward = tracer->asked.backward;
    if (!backward && payment->channel == CHOICE_OF(payment, channel, pos))
        return END_MERCHANT;
    text_add_spelled(&bank, &tracer->spellings,
                     backward ? payment->payer_bank : payment->payee_bank);
    bool home = slice_equal(tracer->settings.home, SLICE("86"));
    return home && flow_bank_abroad(text_slice(&bank)) ? END_FOREIGN : ENDS_COUNT;
}

/* ---- tracing ---- */

static bool is_prefixed(struct slice *from, struct slice prefix)
{
    if (!slice_starts(*from, prefix))
        return false;
    from->at += prefix.size;
    from->size -= prefix.size;
    return true;
}

/* STATUS_ABSENT: FROM is nothing that the records know. */
static enum status trace_from(struct tracer *tracer)
{
    struct slice from = slice_of(tracer->command->operand[0]);
    bool payment_only = is_prefixed(&from, SLICE("payment:"));
    bool account_only = !payment_only && is_prefixed(&from, SLICE("account:"));
    struct payment payment;
    tracer->asked.judge =
        (struct trace_judge){.same_holder = same_holder, .end_of = end_of, .self = tracer};
    if (!account_only) {
        enum status status = money_find(tracer->view, payment_name(ident_of(from), 0), &payment);
        if (status == STATUS_OK)
            return trace_payments(&tracer->trace, tracer->view, &tracer->asked, &payment, 1);
        if (status != STATUS_ABSENT || payment_only)
            return status;
    }
    return trace_account_of(&tracer->trace, tracer->view, &tracer->asked, ident_of(from));
}

/* ---- showing ---- */

static void add_account(void *self, struct text *text, ident account)
{
    const struct tracer *tracer = self;
    char bytes[IDENT_BYTES_MAX + 1];
    struct text name = text_over(bytes, sizeof bytes);
    text_add_spelled(&name, &tracer->spellings, account);
    if (command_has(tracer->command, FLAG_unmask))
        text_add(text, text_slice(&name));
    else
        text_add_masked(text, text_slice(&name), FIELD_ACCOUNT);
}

static void add_bank(void *self, struct text *text, ident bank)
{
    const struct tracer *tracer = self;
    text_add_spelled(text, &tracer->spellings, bank);
}

static void add_payment(void *self, struct text *text, const struct payment *payment)
{
    const struct tracer *tracer = self;
    char bytes[IDENT_BYTES_MAX + 1];
    struct text name = text_over(bytes, sizeof bytes);
    if (!ident_valid((ident){payment->name}))
        return; /* it has none */
    text_add_spelled(&name, &tracer->spellings, (ident){payment->name});
    if (command_has(tracer->command, FLAG_unmask))
        text_add(text, text_slice(&name));
    else
        text_add_masked(text, text_slice(&name), FIELD_RECORD_ID);
}

static struct slice path_of(void *self, uint32_t file)
{
    return feed_path_of(((struct tracer *)self)->feed.intake, file);
}

/* Orders go out after the last thing that is known: `--until`, or the newest payment of all. */
static moment now_of(const struct tracer *tracer)
{
    moment until = tracer->trace->request.until;
    return until.ms != MOMENT_NONE.ms ? until : tracer->newest;
}

static enum status put_piece(void *self, struct slice bytes)
{
    return outlet_write(self, bytes);
}

typedef enum status show(const struct trace_view *view, struct trace_outlet outlet);

static enum exit_code put(struct tracer *tracer, const struct trace_view *view, const char *path,
                          show *form)
{
    struct outlet outlet;
    enum exit_code code = outlet_open(&outlet, tracer->command, path);
    if (code != EXIT_DONE)
        return code;
    struct trace_outlet pieces = {put_piece, &outlet};
    enum status status =
        form == NULL ? trace_show_tree(view, pieces, tracer->request) : form(view, pieces);
    if (status == STATUS_FULL) {
        outlet_abandon(&outlet);
        return say_no_memory(tracer->command);
    }
    return outlet_close(&outlet);
}

static enum exit_code show_all(struct tracer *tracer, const struct stop_proposals *proposals)
{
    const struct command *command = tracer->command;
    char bytes[IDENT_BYTES_MAX + 1];
    struct text currency = text_over(bytes, sizeof bytes);
    text_add_spelled(&currency, &tracer->spellings, tracer->trace->currency);
    struct trace_view view = {
        .trace = tracer->trace,
        .proposals = proposals,
        .now = now_of(tracer),
        .tongue = command->tongue,
        .zone_minutes = tracer->settings.zone_minutes,
        .currency = text_slice(&currency),
        .digits = currency_digits(text_slice(&currency)),
        .masked = !command_has(command, FLAG_unmask),
        .naming = {add_account, add_bank, add_payment, path_of, tracer},
    };
    const char *graphml = command_value(command, FLAG_graphml);
    const char *html = command_value(command, FLAG_html);
    show *form = form_asked(command) == FORM_JSON ? trace_show_json : NULL;
    enum exit_code code = put(tracer, &view, command_value(command, FLAG_output), form);
    if (code == EXIT_DONE && graphml != NULL)
        code = put(tracer, &view, graphml, trace_show_graph);
    if (code == EXIT_DONE && html != NULL)
        code = put(tracer, &view, html, trace_show_page);
    return code;
}

static enum exit_code complain_trace(const struct tracer *tracer, enum status status)
{
    const struct command *command = tracer->command;
    if (status == STATUS_ABSENT) {
        COMPLAIN(command,
                 "the records know no payment or account of that name that moved money in the "
                 "time asked for.",
                 "记录中没有该名称的交易，也没有在所查时段内有资金往来的该账户。");
        return EXIT_INPUT;
    }
    if (status == STATUS_REFUSED) {
        COMPLAIN(command, "the payment lies outside --since and --until.",
                 "该交易不在 --since 与 --until 之间。");
        return EXIT_USAGE;
    }
    COMPLAIN(command,
             "too much for one trace: more than %u payments to start from, or no memory; narrow "
             "it with --since and --until, or give --memory.",
             "超出单次追踪范围：起始交易多于 %u 笔，或内存不足；请用 --since、--until "
             "缩小范围，或用 --memory 增加内存。",
             (unsigned)TRACE_ORIGINS_MAX);
    return EXIT_FAILED;
}

static enum exit_code trace_and_show(struct tracer *tracer)
{
    struct stop_proposals proposals;
    enum status status = money_view_open(&tracer->view, tracer->money, tracer->request);
    if (status == STATUS_OK)
        status = trace_from(tracer);
    if (status != STATUS_OK)
        return complain_trace(tracer, status);
    struct proposal_request order = {
        .trace = tracer->trace, .now = now_of(tracer), .answer_usual_ms = tracer->answer_ms};
    bool backward = tracer->asked.backward;
    if (!backward)
        status = stop_propose(&proposals, tracer->view, &order);
    if (status != STATUS_OK)
        return complain_trace(tracer, status);
    return show_all(tracer, backward ? NULL : &proposals);
}

/* ---- the run ---- */

/* As many as the memory holds, but not many more than the files can: what is reserved is cleared as
 * it is touched, and tables are touched everywhere. */
static size_t payments_for(const struct tracer *tracer, size_t memory)
{
    struct intake_counts counts;
    size_t payments = memory / PAYMENT_BYTES;
    intake_count(tracer->feed.intake, &counts);
    uint64_t told = counts.bytes_total * PACKED_ROWS_A_BYTE + PAYMENTS_LEAST;
    if (counts.bytes_total != 0 && told < payments)
        payments = told;
    return payments < MONEY_PAYMENTS_MAX ? payments : MONEY_PAYMENTS_MAX - 1;
}

static enum exit_code tracer_open(struct tracer *tracer)
{
    const struct command *command = tracer->command;
    enum exit_code code = settings_read(&tracer->settings, command);
    if (code == EXIT_DONE)
        code = read_request(tracer);
    if (code != EXIT_DONE)
        return code;
    size_t memory = tracer->settings.memory_max;
    if (arena_create(&tracer->boot, memory + BOOT_MORE) != STATUS_OK ||
        arena_create(&tracer->request, REQUEST_MAX) != STATUS_OK)
        return say_no_memory(command);
    tracer->spellings.boot = tracer->boot;
    code = feed_open(&tracer->feed, command, &tracer->settings, NULL, tracer->boot);
    if (code != EXIT_DONE)
        return code;
    size_t left = feed_memory_left(&tracer->feed, memory) / 2;
    size_t payments = payments_for(tracer, left);
    struct money_options options = {.payments_max = (uint32_t)payments,
                                    .accounts_max = (uint32_t)payments / 2 + 2};
    if (registry_create(&tracer->registry, left, tracer->boot) != STATUS_OK ||
        money_create(&tracer->money, &options, tracer->boot) != STATUS_OK)
        return say_no_memory(command);
    return EXIT_DONE;
}

static void show_counts(struct tracer *tracer)
{
    char bytes[4096];
    struct text text = text_over(bytes, sizeof bytes);
    if (command_has(tracer->command, FLAG_quiet))
        return;
    feed_add_counts(&text, &tracer->feed, tracer->command->tongue);
    say_on_err(text_slice(&text));
}

enum exit_code verb_trace(const struct command *command)
{
    struct tracer tracer = {.command = command, .newest = MOMENT_NONE};
    if (command->operands_count == 1)
        return follow_trace(command);
    stop_listen();
    enum exit_code code = tracer_open(&tracer);
    if (code == EXIT_DONE) {
        enum status status = read_records(&tracer);
        code = feed_end(&tracer.feed, status);
        if (status != STATUS_END && status != STATUS_STOPPED)
            code = settings_complain(command, &tracer.settings, status);
        if (code == EXIT_DONE)
            code = trace_and_show(&tracer);
        if (code == EXIT_DONE)
            show_counts(&tracer);
    }
    feed_close(&tracer.feed);
    money_view_close(tracer.view);
    money_destroy(tracer.money);
    registry_destroy(tracer.registry);
    arena_destroy(tracer.request);
    arena_destroy(tracer.boot);
    return code;
}
