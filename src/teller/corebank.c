/* corebank.c -- the core system behind files or behind an address. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "teller/corebank.h"

#include "courier/courier.h"
#include "ground/disk.h"
#include "ground/folder.h"
#include "partner/paper.h"

#include <limits.h>

enum { SAID_MAX = 4096, WHY_MAX = 200, SERIAL_MAX = 64, PATIENCE_S = 10 };
enum { OP_BYTES_MAX = 262144 };

static void add_text(struct text *text, const char *name, struct slice value)
{
    text_addf(text, ",\"%s\":", name);
    text_add_json(text, value);
}

static void add_amount(struct text *text, int64_t amount)
{
    text_add_string(text, ",\"amount\":");
    text_add_whole(text, amount);
}

static void add_until(struct text *text, moment until)
{
    text_add_string(text, ",\"until\":\"");
    text_add_moment(text, until, 0);
    text_add_char(text, '"');
}

static void add_payments(struct text *text, const struct core_op *op)
{
    text_add_string(text, ",\"payments\":[");
    for (unsigned i = 0; i < op->payments_count; i++) {
        const struct core_payment *payment = &op->payment[i];
        text_add_string(text, i == 0 ? "{\"account\":" : ",{\"account\":");
        text_add_json(text, payment->account);
        add_amount(text, payment->amount);
        add_text(text, "bank", payment->bank);
        add_text(text, "name", payment->name);
        text_add_char(text, '}');
    }
    text_add_char(text, ']');
}

/* Members in the order of their names. */
void text_add_core_op(struct text *text, const struct core_op *op)
{
    static const char *const ACTS[] = {"stop", "lift", "freeze", "renew", "unfreeze", "pay"};
    text_add_string(text, "{\"account\":");
    text_add_json(text, op->account);
    add_text(text, "act", slice_of(ACTS[op->act]));
    if (op->act == CORE_FREEZE || op->act == CORE_PAY)
        add_amount(text, op->amount);
    if (op->act == CORE_PAY)
        add_text(text, "freeze", op->about);
    if (op->act == CORE_LIFT || op->act == CORE_UNFREEZE)
        add_text(text, "lifts", op->about);
    if (op->act == CORE_FREEZE)
        add_text(text, "method", op->limited ? SLICE("limited") : SLICE("receive_only"));
    add_text(text, "op", op->id);
    if (op->act == CORE_PAY)
        add_payments(text, op);
    if (op->act == CORE_RENEW)
        add_text(text, "renews", op->about);
    if (op->act == CORE_STOP) {
        text_add_string(text, ",\"term_ms\":");
        text_add_whole(text, op->term_ms);
    }
    if (op->act == CORE_FREEZE || op->act == CORE_RENEW)
        add_until(text, op->until);
    text_add_char(text, '}');
}

static enum status amount_read(struct slice value, int64_t *out)
{
    if (value.size == 0)
        return STATUS_OK;
    TRY(paper_whole(value, out));
    return *out < 0 ? STATUS_MALFORMED : STATUS_OK;
}

enum status core_said_read(struct slice json, struct arena *request, struct core_said *out)
{
    struct core_said said = {.balance = -1, .frozen = -1, .at = MOMENT_NONE};
    struct slice text;
    json = paper_trim(json);
    if (paper_check(json) != STATUS_OK || paper_type(json) != PAPER_OBJECT)
        return STATUS_MALFORMED;
    struct slice refused = paper_member(json, "refused"), at = paper_member(json, "at");
    struct slice serial = paper_member(json, "serial");
    said.done = paper_type(paper_member(json, "done")) == PAPER_TRUE;
    if (said.done == (refused.size != 0))
        return STATUS_MALFORMED;
    if (!said.done) {
        TRY(paper_text(refused, request, &said.why));
        said.why.size = said.why.size < WHY_MAX ? said.why.size : WHY_MAX;
        *out = said;
        return STATUS_OK;
    }
    TRY(paper_text(at, request, &text));
    TRY(moment_parse(text, &said.at));
    TRY(amount_read(paper_member(json, "balance"), &said.balance));
    TRY(amount_read(paper_member(json, "frozen"), &said.frozen));
    if (serial.size != 0)
        TRY(paper_text(serial, request, &said.serial));
    if (said.serial.size > SERIAL_MAX)
        return STATUS_MALFORMED;
    *out = said;
    return STATUS_OK;
}

/* ---- files ---- */

struct core_folder {
    struct slice folder;
};

static enum status folder_ask(void *self, const struct core_op *op, struct arena *request,
                              struct core_said *out)
{
    const struct core_folder *core = self;
    char *bytes, asked[PATH_MAX], answer[PATH_MAX];
    TRY(arena_take(request, OP_BYTES_MAX, (void **)&bytes));
    struct text body = text_over(bytes, OP_BYTES_MAX);
    struct text out_path = text_over(asked, sizeof asked);
    struct text in_path = text_over(answer, sizeof answer);
    struct slice said;
    enum disk_fault fault;
    text_addf(&out_path, "%s/out/%.*s.json", core->folder.at, (int)op->id.size, op->id.at);
    text_addf(&in_path, "%s/in/%.*s.json", core->folder.at, (int)op->id.size, op->id.at);
    text_add_core_op(&body, op);
    if (body.full || out_path.full || in_path.full)
        return STATUS_IO;
    if (disk_read_all(answer, SAID_MAX, request, &said, &fault) == STATUS_OK) {
        enum status status = core_said_read(said, request, out);
        return status == STATUS_MALFORMED ? STATUS_IO : status;
    }
    TRY(folder_put(asked, text_slice(&body)));
    return STATUS_LATE;
}

enum status core_of_folder(struct core *out, struct slice folder, struct arena *boot)
{
    static const char *const PARTS[] = {"", "/out", "/in"};
    struct core_folder *core;
    enum disk_fault fault;
    TRY(ARENA_NEW(boot, 1, &core));
    TRY(slice_copy(boot, folder, &core->folder));
    for (unsigned i = 0; i < 3; i++) {
        char path[PATH_MAX];
        struct text text = text_over(path, sizeof path);
        text_addf(&text, "%s%s", core->folder.at, PARTS[i]);
        if (text.full || folder_make(path, &fault) != STATUS_OK)
            return STATUS_IO;
    }
    *out = (struct core){.ask = folder_ask, .self = core};
    return STATUS_OK;
}

/* ---- HTTP ---- */

struct core_http {
    struct slice url;
    struct courier_line line;
};

static enum status http_ask(void *self, const struct core_op *op, struct arena *request,
                            struct core_said *out)
{
    struct core_http *core = self;
    char *bytes, said[SAID_MAX];
    TRY(arena_take(request, OP_BYTES_MAX, (void **)&bytes));
    struct text body = text_over(bytes, OP_BYTES_MAX), answer = text_over(said, sizeof said);
    text_add_core_op(&body, op);
    struct courier_errand errand = {
        .url = core->url.at,
        .header = {"Content-Type: application/json"},
        .post = true,
        .body = text_slice(&body),
        .answer = &answer,
        .patience_s = PATIENCE_S,
    };
    if (body.full)
        return STATUS_IO;
    TRY(courier_go(&core->line, &errand));
    if (errand.http_status == 202)
        return STATUS_LATE;
    if (errand.http_status != 200)
        return STATUS_IO;
    enum status status = core_said_read(text_slice(&answer), request, out);
    return status == STATUS_MALFORMED ? STATUS_IO : status;
}

static void http_close(void *self)
{
    struct core_http *core = self;
    courier_hang_up(&core->line);
}

enum status core_of_http(struct core *out, struct slice url, struct arena *boot)
{
    struct core_http *core;
    TRY(ARENA_NEW(boot, 1, &core));
    TRY(slice_copy(boot, url, &core->url));
    *out = (struct core){.ask = http_ask, .close = http_close, .self = core};
    return STATUS_OK;
}
