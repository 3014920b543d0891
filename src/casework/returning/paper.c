/* paper.c -- the papers of a return, out of the values of its item and of its claims.
 *
 *     item, claims as their visitor may see them ──> texts in one tongue ──> document
 *
 * Invariants:  1. A paper says nothing that its visitor could not read in the items.
 *              2. Unmasked values cost a reason for each item, written down and counted; a public
 *                 notice is masked whoever asks.
 *              3. There is no decision before it was made, no notice of a return without one. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/returning/returning_inside.h"

enum { PARAGRAPH_BYTES = 4096, CELL_BYTES = 64 };

/* clang-format off */
enum word {
#define RETURN_WORD(name, en, zh) WORD_##name,
#include "casework/returning/words.inc"
#undef RETURN_WORD
    WORDS_COUNT
};
/* clang-format on */

static const struct saying WORDS[WORDS_COUNT] = {
#define RETURN_WORD(name, en, zh) SAYING(en, zh),
#include "casework/returning/words.inc"
#undef RETURN_WORD
};

struct paper_row {
    const char *name, *states;
    struct saying title;
};

static const struct paper_row PAPERS[RETURN_PAPERS_COUNT] = {
#define RETURN_PAPER(name, states, en, zh) {#name, states, SAYING(en, zh)},
#include "casework/returning/papers.inc"
#undef RETURN_PAPER
};

struct writer {
    const struct return_desk *desk;
    const struct return_wish *wish;
    struct arena *arena;
    struct document *document;
    struct work_item item;
    struct members members;  /* of `shares` */
    struct work_item *claim; /* as many */
    struct slice owner, approver, case_number;
    enum status status; /* the first thing that went wrong */
    char none[1];       /* where texts go that found no room */
};

/* ---- texts ---- */

static const char *word(const struct writer *writer, enum word which)
{
    return WORDS[which].in[writer->wish->tongue];
}

static void text_take(struct writer *writer, size_t size, struct text *out)
{
    char *bytes = NULL;
    if (arena_take(writer->arena, size, (void **)&bytes) != STATUS_OK)
        writer->status = STATUS_FULL;
    *out = bytes == NULL ? text_over(writer->none, sizeof writer->none) : text_over(bytes, size);
}

/* A sentence of words.inc with each %s replaced by the next slice. */
static struct slice sentence(struct writer *writer, enum word which, const struct slice *part)
{
    struct text text;
    text_take(writer, PARAGRAPH_BYTES, &text);
    for (const char *at = word(writer, which); *at != '\0'; at++) {
        if (at[0] == '%' && at[1] == 's') {
            text_add(&text, *part++);
            at++;
        } else {
            text_add_char(&text, *at);
        }
    }
    return text_slice(&text);
}

static struct slice or_nothing(const struct writer *writer, struct slice text)
{
    return text.size > 0 ? text : slice_of(word(writer, WORD_nothing));
}

/* 1234567 fen as 12,345.67. */
static struct slice yuan(struct writer *writer, int64_t fen)
{
    char digits[24];
    struct text whole = text_over(digits, sizeof digits), text;
    text_take(writer, CELL_BYTES, &text);
    text_add_whole(&whole, fen / 100);
    for (size_t i = 0; i < whole.size; i++) {
        if (i > 0 && (whole.size - i) % 3 == 0)
            text_add_char(&text, ',');
        text_add_char(&text, whole.at[i]);
    }
    text_addf(&text, ".%02d", (int)(fen % 100));
    return text_slice(&text);
}

/* 2026-03-02 10:28 */
static struct slice minute(struct writer *writer, moment at)
{
    struct text text;
    if (at.ms == MOMENT_NONE.ms)
        return slice_of(word(writer, WORD_nothing));
    struct civil civil = civil_of_moment(at, writer->desk->zone_minutes);
    text_take(writer, CELL_BYTES, &text);
    text_addf(&text, "%04d-%02d-%02d %02d:%02d", civil.year, civil.month, civil.day, civil.hour,
              civil.minute);
    return text_slice(&text);
}

/* The day whose end the moment is. */
static struct slice last_day(struct writer *writer, moment end)
{
    struct text text;
    struct civil civil = civil_of_moment((moment){end.ms - 1}, writer->desk->zone_minutes);
    text_take(writer, CELL_BYTES, &text);
    text_addf(&text, writer->wish->tongue == TONGUE_ZH ? "%d年%d月%d日" : "%04d-%02d-%02d",
              civil.year, civil.month, civil.day);
    return text_slice(&text);
}

/* loss / losses in per cent with four decimals, rounded down. */
static struct slice percent(struct writer *writer, int64_t part, int64_t whole)
{
    struct text text;
    if (whole < 1)
        return slice_of(word(writer, WORD_nothing));
    int64_t share = (int64_t)((__int128)part * 1000000 / whole);
    text_take(writer, CELL_BYTES, &text);
    text_addf(&text, "%lld.%04lld", (long long)(share / 10000), (long long)(share % 10000));
    return text_slice(&text);
}

static struct slice of_item(const struct writer *writer, const char *field)
{
    return or_nothing(writer, work_value_of(&writer->item, field));
}

static enum word method_word(const struct writer *writer)
{
    struct slice method = work_value_of(&writer->item, "method");
    return slice_equal(method, SLICE("single"))      ? WORD_single
           : slice_equal(method, SLICE("timestamp")) ? WORD_timestamp
                                                     : WORD_pro_rata;
}

/* ---- reading ---- */

/* As the visitor may see it; unmasked with the reason. */
static enum status seen(struct writer *writer, const char *id, bool open, struct work_item *out)
{
    const struct return_desk *desk = writer->desk;
    const struct return_wish *wish = writer->wish;
    TRY(work_find(desk->work, desk->store, id, wish->by, writer->arena, out));
    if (!open || out->masked == 0)
        return STATUS_OK;
    return work_reveal(desk->work, id, wish->by, out->masked, wish->reason, writer->arena, out);
}

static enum status name_read(struct writer *writer, struct slice id, struct slice *out)
{
    struct access_organisation found;
    enum status status =
        id.size == 0 ? STATUS_ABSENT
                     : access_organisation_find(writer->desk->store, id, writer->arena, &found);
    *out = status == STATUS_OK ? found.name : SLICE("");
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

static enum status names_read(struct writer *writer)
{
    char id[WORK_ID_SIZE];
    struct text text = text_over(id, sizeof id);
    struct work_item item;
    TRY(name_read(writer, slice_of(writer->item.owner), &writer->owner));
    TRY(name_read(writer, work_value_of(&writer->item, "approver"), &writer->approver));
    text_add(&text, work_value_of(&writer->item, "about"));
    enum status status = text.size == 0 ? STATUS_ABSENT
                                        : work_find(writer->desk->work, writer->desk->store, id,
                                                    NULL, writer->arena, &item);
    writer->case_number = status == STATUS_OK ? work_value_of(&item, "number") : SLICE("");
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

static enum status claims_read(struct writer *writer, bool open)
{
    TRY(members_read(work_value_of(&writer->item, "shares"), writer->arena, &writer->members));
    TRY(ARENA_NEW(writer->arena, writer->members.count, &writer->claim));
    for (size_t i = 0; i < writer->members.count; i++)
        TRY(seen(writer, writer->members.at[i].id, open, &writer->claim[i]));
    return STATUS_OK;
}

/* ---- parts ---- */

static void paragraph(struct writer *writer, enum word which, const struct slice *part)
{
    document_paragraph(writer->document, sentence(writer, which, part));
}

static void facts(struct writer *writer, bool money)
{
    struct document_pair *pair = NULL;
    size_t count = 0;
    if (ARENA_NEW(writer->arena, 12, &pair) != STATUS_OK) {
        writer->status = STATUS_FULL;
        return;
    }
#define PAIR(which, text) \
    pair[count++] = (struct document_pair){slice_of(word(writer, which)), text}
    PAIR(WORD_case_number, or_nothing(writer, writer->case_number));
    PAIR(WORD_freeze, of_item(writer, "freeze"));
    PAIR(WORD_account, of_item(writer, "account"));
    PAIR(WORD_account_name, of_item(writer, "account_name"));
    PAIR(WORD_bank, of_item(writer, "bank"));
    PAIR(WORD_frozen, yuan(writer, amount_of(&writer->item, "frozen")));
    if (money) {
        PAIR(WORD_method, slice_of(word(writer, method_word(writer))));
        PAIR(WORD_losses, yuan(writer, amount_of(&writer->item, "losses")));
        PAIR(WORD_returning, yuan(writer, amount_of(&writer->item, "returning")));
        PAIR(WORD_remainder, yuan(writer, amount_of(&writer->item, "remainder")));
        PAIR(WORD_law, of_item(writer, "law"));
    }
#undef PAIR
    document_pairs(writer->document, pair, count);
}

/* What stands in one column of a table of claims. */
enum cell {
    CELL_number,
    CELL_victim,
    CELL_from,
    CELL_to,
    CELL_paid_at,
    CELL_loss,
    CELL_before,
    CELL_part,
    CELL_share,
    CELL_trace,
    CELL_proof
};

struct cell_row {
    enum word head;
    enum document_align align;
    unsigned width;
};

static const struct cell_row CELLS[] = {
    [CELL_number] = {WORD_number, DOCUMENT_RIGHT, 2},
    [CELL_victim] = {WORD_victim, DOCUMENT_LEFT, 4},
    [CELL_from] = {WORD_from, DOCUMENT_LEFT, 9},
    [CELL_to] = {WORD_to, DOCUMENT_LEFT, 9},
    [CELL_paid_at] = {WORD_paid_at, DOCUMENT_LEFT, 5},
    [CELL_loss] = {WORD_loss, DOCUMENT_RIGHT, 5},
    [CELL_before] = {WORD_returned_before, DOCUMENT_RIGHT, 5},
    [CELL_part] = {WORD_part, DOCUMENT_RIGHT, 4},
    [CELL_share] = {WORD_share, DOCUMENT_RIGHT, 5},
    [CELL_trace] = {WORD_trace, DOCUMENT_LEFT, 5},
    [CELL_proof] = {WORD_proof, DOCUMENT_LEFT, 12},
};

/* What had come back when this return was computed: once it is done, its share is in `returned`. */
static int64_t before_of(const struct writer *writer, size_t i)
{
    int64_t returned = amount_of(&writer->claim[i], "returned");
    bool done = writer->item.kind->state[writer->item.state].end;
    return done ? returned - writer->members.at[i].share : returned;
}

static struct slice cell_text(struct writer *writer, enum cell cell, size_t i)
{
    const struct work_item *claim = &writer->claim[i];
    struct text text;
    switch (cell) {
    case CELL_number:
        text_take(writer, CELL_BYTES, &text);
        text_add_whole(&text, (int64_t)i + 1);
        return text_slice(&text);
    case CELL_victim:
        return or_nothing(writer, work_value_of(claim, "name"));
    case CELL_from:
        return or_nothing(writer, work_value_of(claim, "account"));
    case CELL_to:
        return or_nothing(writer, claim_account(claim));
    case CELL_paid_at:
        return minute(writer, moment_of(claim, "paid_at"));
    case CELL_loss:
        return work_value_of(claim, "loss").size == 0 ? or_nothing(writer, SLICE(""))
                                                      : yuan(writer, amount_of(claim, "loss"));
    case CELL_before:
        return yuan(writer, before_of(writer, i));
    case CELL_part:
        return percent(writer, amount_of(claim, "loss") - before_of(writer, i),
                       amount_of(&writer->item, "losses"));
    case CELL_share:
        return yuan(writer, writer->members.at[i].share);
    case CELL_trace:
        return or_nothing(writer, work_value_of(claim, "trace"));
    case CELL_proof:
        return or_nothing(writer, work_value_of(claim, "proof"));
    }
    return SLICE("");
}

static struct slice total_text(struct writer *writer, enum cell cell)
{
    int64_t loss = 0, before = 0;
    for (size_t i = 0; i < writer->members.count; i++) {
        loss += amount_of(&writer->claim[i], "loss");
        before += before_of(writer, i);
    }
    switch (cell) {
    case CELL_victim:
        return slice_of(word(writer, WORD_total));
    case CELL_loss:
        return yuan(writer, loss);
    case CELL_before:
        return yuan(writer, before);
    case CELL_share:
        return yuan(writer, amount_of(&writer->item, "returning"));
    default:
        return SLICE("");
    }
}

static void table(struct writer *writer, enum word caption, const enum cell *cell, unsigned count)
{
    struct document_column *column = NULL;
    struct slice *text = NULL, *total = NULL;
    size_t rows = writer->members.count;
    if (ARENA_NEW(writer->arena, count, &column) != STATUS_OK ||
        ARENA_NEW(writer->arena, rows * count, &text) != STATUS_OK ||
        ARENA_NEW(writer->arena, count, &total) != STATUS_OK) {
        writer->status = STATUS_FULL;
        return;
    }
    for (unsigned c = 0; c < count; c++) {
        const struct cell_row *row = &CELLS[cell[c]];
        column[c] =
            (struct document_column){slice_of(word(writer, row->head)), row->align, row->width};
        total[c] = total_text(writer, cell[c]);
        for (size_t i = 0; i < rows; i++)
            text[i * count + c] = cell_text(writer, cell[c], i);
    }
    document_table(writer->document,
                   &(struct document_table){.caption = slice_of(word(writer, caption)),
                                            .column = column,
                                            .columns_count = count,
                                            .cell = text,
                                            .rows_count = rows,
                                            .total = total});
}
#define TABLE(writer, caption, ...)                              \
    table((writer), (caption), (const enum cell[]){__VA_ARGS__}, \
          sizeof((const enum cell[]){__VA_ARGS__}) / sizeof(enum cell))

static void closing(struct writer *writer, moment at)
{
    document_closing(writer->document, writer->owner);
    document_closing(writer->document, last_day(writer, (moment){at.ms + 1}));
}

static bool pro_rata(const struct writer *writer)
{
    return method_word(writer) == WORD_pro_rata;
}

/* ---- the papers ---- */

static void flow_table(struct writer *writer)
{
    facts(writer, true);
    if (pro_rata(writer))
        TABLE(writer, WORD_flow_caption, CELL_number, CELL_victim, CELL_from, CELL_paid_at,
              CELL_loss, CELL_before, CELL_part, CELL_share);
    else
        TABLE(writer, WORD_flow_caption, CELL_number, CELL_victim, CELL_from, CELL_paid_at,
              CELL_loss, CELL_before, CELL_trace, CELL_share);
}

static void basis(struct writer *writer)
{
    struct text count;
    text_take(writer, CELL_BYTES, &count);
    text_add_whole(&count, (int64_t)writer->members.count);
    const struct slice said[] = {yuan(writer, amount_of(&writer->item, "returning")),
                                 text_slice(&count),
                                 yuan(writer, amount_of(&writer->item, "remainder"))};
    paragraph(writer, WORD_basis, said);
    if (!pro_rata(writer))
        return;
    paragraph(writer, WORD_untraceable, (const struct slice[]){of_item(writer, "untraceable")});
    paragraph(writer, WORD_shares, NULL);
    if (work_value_of(&writer->item, "notice_until").size == 0)
        return;
    const struct slice noticed[] = {of_item(writer, "notice_place"),
                                    last_day(writer, moment_of(&writer->item, "notice_until"))};
    paragraph(writer, WORD_noticed, noticed);
    const struct slice objected[] = {of_item(writer, "objection"), of_item(writer, "finding")};
    if (work_value_of(&writer->item, "objection").size > 0)
        paragraph(writer, WORD_objected, objected);
}

static void return_report(struct writer *writer)
{
    writer->document->number = work_value_of(&writer->item, "report");
    document_heading(writer->document, 1, slice_of(word(writer, WORD_facts)));
    facts(writer, true);
    document_heading(writer->document, 1, slice_of(word(writer, WORD_claims)));
    TABLE(writer, WORD_claims_caption, CELL_number, CELL_victim, CELL_loss, CELL_proof);
    document_heading(writer->document, 1, slice_of(word(writer, WORD_plan)));
    basis(writer);
    TABLE(writer, WORD_decision_caption, CELL_number, CELL_victim, CELL_to, CELL_share);
    document_heading(writer->document, 1, slice_of(word(writer, WORD_request)));
    paragraph(writer, WORD_asks, (const struct slice[]){or_nothing(writer, writer->approver)});
    closing(writer, writer->item.changed);
}

static void public_notice(struct writer *writer)
{
    moment until = moment_of(&writer->item, "notice_until");
    facts(writer, false);
    const struct slice frozen[] = {yuan(writer, amount_of(&writer->item, "frozen"))};
    paragraph(writer, WORD_notice_intro, frozen);
    paragraph(writer, WORD_shares, NULL);
    TABLE(writer, WORD_notice_caption, CELL_number, CELL_victim, CELL_paid_at, CELL_loss, CELL_part,
          CELL_share);
    const struct slice object[] = {until.ms == MOMENT_NONE.ms
                                       ? slice_of(word(writer, WORD_notice_term))
                                       : last_day(writer, until),
                                   writer->owner};
    paragraph(writer, WORD_notice_object, object);
    closing(writer, writer->item.changed);
}

static void return_decision(struct writer *writer)
{
    moment until = moment_of(&writer->item, "execute_until");
    writer->document->number = work_value_of(&writer->item, "decision");
    facts(writer, false);
    const struct slice decides[] = {or_nothing(writer, writer->approver),
                                    yuan(writer, amount_of(&writer->item, "returning"))};
    paragraph(writer, WORD_decides, decides);
    TABLE(writer, WORD_decision_caption, CELL_number, CELL_victim, CELL_to, CELL_share);
    const struct slice bank[] = {until.ms == MOMENT_NONE.ms ? slice_of(word(writer, WORD_bank_term))
                                                            : last_day(writer, until)};
    paragraph(writer, WORD_bank_does, bank);
    closing(writer, writer->item.changed);
}

/* ---- the whole ---- */

static int paper_find(struct slice name)
{
    for (int i = 0; i < RETURN_PAPERS_COUNT; i++)
        if (slice_equal(name, slice_of(PAPERS[i].name)))
            return i;
    return -1;
}

static bool true_in(const struct writer *writer, int paper)
{
    const char *name = writer->item.kind->state[writer->item.state].name;
    const char *at = strstr(PAPERS[paper].states, name);
    bool there = at != NULL && (at == PAPERS[paper].states || at[-1] == ' ') &&
                 (at[strlen(name)] == ' ' || at[strlen(name)] == '\0');
    return there && (paper != RETURN_PAPER_public_notice || pro_rata(writer));
}

static void write(struct writer *writer, enum return_paper paper)
{
    switch (paper) {
    case RETURN_PAPER_flow_table:
        flow_table(writer);
        break;
    case RETURN_PAPER_return_report:
        return_report(writer);
        break;
    case RETURN_PAPER_public_notice:
        public_notice(writer);
        break;
    case RETURN_PAPER_return_decision:
        return_decision(writer);
        break;
    case RETURN_PAPERS_COUNT:
        break;
    }
}

enum status return_write(const struct return_desk *desk, const struct return_wish *wish,
                         struct arena *request, struct document *out)
{
    struct writer writer = {.desk = desk, .wish = wish, .arena = request, .document = out};
    int paper = paper_find(wish->name);
    bool open = wish->reason.size > 0 && paper != RETURN_PAPER_public_notice;
    TRY(work_find(desk->work, desk->store, wish->id, wish->by, request, &writer.item));
    if (writer.item.kind != &FUND_RETURN_KIND || paper < 0)
        return STATUS_ABSENT;
    if (!true_in(&writer, paper))
        return STATUS_LATE;
    TRY(seen(&writer, wish->id, open, &writer.item));
    TRY(names_read(&writer));
    TRY(claims_read(&writer, open));
    *out = (struct document){.tongue = wish->tongue,
                             .issuer = writer.owner,
                             .title = slice_of(PAPERS[paper].title.in[wish->tongue]),
                             .made = steady_now(desk->steady),
                             .zone_minutes = desk->zone_minutes,
                             .arena = request};
    out->footing = sentence(&writer, open ? WORD_made_open : WORD_made_masked,
                            (const struct slice[]){slice_of(wish->by->id)});
    write(&writer, (enum return_paper)paper);
    return writer.status;
}
