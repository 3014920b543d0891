/* desk.c -- a question through the terms and the register, and into the log.
 *
 * All state of a desk is touched only inside a transaction of the store, which one thread at a time
 * has; so it needs no lock of its own. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "answer/desk.h"

#include <stdatomic.h>

const struct store_migration ANSWER_MIGRATIONS[ANSWER_MIGRATIONS_COUNT] = {
    {"answer: questions of each asker and day",
     "CREATE TABLE answer_day (asker TEXT NOT NULL, day INTEGER NOT NULL, count INTEGER NOT NULL, "
     "PRIMARY KEY (asker, day)) WITHOUT ROWID"},
};

struct answer_desk {
    struct answer_options options;
    int64_t minute; /* that is being counted */
    int64_t in_minute[TERMS_ASKERS_MAX];
    _Atomic uint64_t outcome[CHECK_OUTCOMES_COUNT], reason[CHECK_REASONS_COUNT];
};

enum status answer_open(struct answer_desk **out, const struct answer_options *options,
                        struct arena *boot)
{
    struct answer_desk *desk;
    TRY(ARENA_NEW(boot, 1, &desk));
    desk->options = *options;
    *out = desk;
    return STATUS_OK;
}

void answer_count(const struct answer_desk *desk, struct answer_counts *out)
{
    for (unsigned i = 0; i < CHECK_OUTCOMES_COUNT; i++)
        out->outcome[i] = atomic_load(&desk->outcome[i]);
    for (unsigned i = 0; i < CHECK_REASONS_COUNT; i++)
        out->reason[i] = atomic_load(&desk->reason[i]);
}

/* ---- what a question gets ---- */

static void refuse(struct asked *asked, enum check_reason reason)
{
    asked->reply.outcome = CHECK_refused;
    asked->reply.reason = reason;
}

static void turn_minute(struct answer_desk *desk, moment now)
{
    if (now.ms / MINUTE_MS == desk->minute)
        return;
    desk->minute = now.ms / MINUTE_MS;
    memset(desk->in_minute, 0, sizeof desk->in_minute);
}

/* Counts the question; false: more than the asker may. */
static enum status rate_take(struct answer_desk *desk, const struct terms_asker *asker, moment now,
                             struct arena *request, bool *may)
{
    int64_t *in_minute = &desk->in_minute[asker - desk->options.terms->asker];
    struct store *store = desk->options.store;
    const struct store_value key[] = {STORE_OF_TEXT(asker->name), STORE_OF_WHOLE(now.ms / DAY_MS)};
    struct store_value count = STORE_OF_WHOLE(0);
    enum status status =
        store_one(store, "SELECT count FROM answer_day WHERE asker = ?1 AND day = ?2", key, 2,
                  &count, 1, request);
    if (status != STATUS_OK && status != STATUS_ABSENT)
        return status;
    *may = *in_minute < asker->a_minute && count.whole < asker->a_day;
    if (!*may)
        return STATUS_OK;
    ++*in_minute;
    return store_run(store,
                     "INSERT INTO answer_day (asker, day, count) VALUES (?1, ?2, 1) "
                     "ON CONFLICT (asker, day) DO UPDATE SET count = count + 1",
                     key, 2);
}

/* What the register knows, cut to what the terms allow. */
static enum status line_answer(struct answer_desk *desk, struct asked *asked, uint64_t fields,
                               struct arena *request)
{
    struct line_known known;
    struct reply *reply = &asked->reply;
    enum status status = lines_find(desk->options.lines, asked->question.number, request, &known);
    if (status == STATUS_ABSENT) {
        reply->outcome = CHECK_absent;
        reply->reason = CHECK_REASON_no_line;
        return STATUS_OK;
    }
    if (status == STATUS_IO) {
        reply->outcome = CHECK_held;
        reply->reason = CHECK_REASON_register;
        return STATUS_OK;
    }
    TRY(status);
    if (known.carried_away) {
        reply->outcome = CHECK_absent;
        reply->reason = CHECK_REASON_carried_away;
        return STATUS_OK;
    }
    if (terms_want_person(desk->options.terms, asked->question.number, known.value)) {
        reply->outcome = CHECK_held;
        reply->reason = CHECK_REASON_person;
        return STATUS_OK;
    }
    reply->outcome = CHECK_answered;
    for (unsigned f = 0; f < REPLY_FIELDS_COUNT; f++)
        if ((fields >> f & 1) != 0)
            reply->value[f] = known.value[f];
    return STATUS_OK;
}

static enum status answer_one(struct answer_desk *desk, struct asked *asked, moment now,
                              struct arena *request)
{
    const struct terms *terms = desk->options.terms;
    const struct terms_asker *asker = terms_asker_find(terms, asked->asker);
    char bytes[128];
    struct text why = text_over(bytes, sizeof bytes);
    bool document, may;
    asked->question = (struct check_question){0};
    asked->reply = (struct reply){.id = SLICE("-")};
    if (asker == NULL) {
        refuse(asked, CHECK_REASON_stranger);
        return STATUS_OK;
    }
    TRY(rate_take(desk, asker, now, request, &may));
    enum status status = check_read(asked->body, request, &asked->question, &why);
    if (status != STATUS_OK) {
        refuse(asked, CHECK_REASON_form);
        return status == STATUS_MALFORMED ? STATUS_OK : status;
    }
    asked->reply.id = asked->question.id;
    uint64_t fields =
        terms_fields(terms, asked->question.purpose, asked->question.basis, &document);
    if (!may)
        refuse(asked, CHECK_REASON_rate);
    else if (fields == 0)
        refuse(asked, CHECK_REASON_basis);
    else if (document && asked->question.document.size == 0)
        refuse(asked, CHECK_REASON_document);
    else
        return line_answer(desk, asked, fields, request);
    return STATUS_OK;
}

/* ---- the log ---- */

static struct slice word_of(struct slice word)
{
    bool fine = word.size != 0 && word.size <= AUDIT_ID_MAX;
    for (size_t i = 0; fine && i < word.size; i++)
        fine = word.at[i] > ' ' && word.at[i] < 0x7F;
    return fine ? word : SLICE("unknown");
}

static void add_detail(struct text *text, const struct asked *asked)
{
    const struct reply *reply = &asked->reply;
    text_addf(text, "{\"why\":\"%s\",\"letter\":", CHECK_REASONS[reply->reason].name);
    text_add_json(text, word_of(asked->letter));
    if (asked->question.number.size != 0)
        text_addf(text, ",\"purpose\":\"%s\",\"basis\":\"%s\"",
                  CHECK_PURPOSES[asked->question.purpose].name,
                  CHECK_BASES[asked->question.basis].name);
    text_add_string(text, ",\"fields\":[");
    bool first = true;
    for (unsigned f = 0; f < REPLY_FIELDS_COUNT; f++) {
        if (reply->value[f].size == 0)
            continue;
        text_addf(text, "%s\"%s\"", first ? "" : ",", REPLY_FIELDS[f].name);
        first = false;
    }
    text_add_string(text, "]}");
}

static enum status entry_write(struct answer_desk *desk, const struct asked *asked, moment now)
{
    char name[2 + DIGEST_HEX_SIZE], detail[2048];
    struct text object = text_over(name, sizeof name);
    struct text text = text_over(detail, sizeof detail);
    bool known = asked->question.number.size != 0;
    add_detail(&text, asked);
    if (known) {
        char hex[DIGEST_HEX_SIZE];
        struct digest digest =
            secret_digest(&desk->options.pseudonym, "phone", asked->question.number);
        digest_hex(&digest, hex);
        text_addf(&object, "p_%.32s", hex);
    }
    struct audit_entry entry = {
        .time = now,
        .actor = word_of(asked->asker),
        .organisation = word_of(asked->asker),
        .action = SLICE("check.answer"),
        .object_kind = known ? SLICE("phone") : SLICE(""),
        .object_id = text_slice(&object),
        .outcome = slice_of(CHECK_OUTCOMES[asked->reply.outcome].name),
        .reason = asked->question.document,
        .detail = text_slice(&text),
    };
    return audit_append(desk->options.audit, &entry, NULL);
}

enum status answer_question(struct answer_desk *desk, struct asked *asked, struct arena *request)
{
    moment now = desk->options.clock.now(desk->options.clock.self);
    turn_minute(desk, now);
    TRY(answer_one(desk, asked, now, request));
    TRY(entry_write(desk, asked, now));
    atomic_fetch_add(&desk->outcome[asked->reply.outcome], 1);
    atomic_fetch_add(&desk->reason[asked->reply.reason], 1);
    return STATUS_OK;
}
