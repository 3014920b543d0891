/* check.c -- questions and replies as JSON, one flat object each.
 *
 * Invariants:  1. What was written is read back the same.
 *              2. A complaint names a member of ours, never a value: it goes to logs and letters.
 *              3. A member that is not in words.inc refuses the whole. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "check/check.h"

#include "record/phone.h"
#include "intake/json.h"

#define WORD(name, en, zh) \
    {                      \
#name,             \
        {                  \
            {              \
                (en), (zh) \
            }              \
        }                  \
    }

const struct check_word CHECK_PURPOSES[CHECK_PURPOSES_COUNT] = {
#define CHECK_PURPOSE(name, en, zh) WORD(name, en, zh),
#include "check/words.inc"
#undef CHECK_PURPOSE
};
const struct check_word CHECK_BASES[CHECK_BASES_COUNT] = {
#define CHECK_BASIS(name, en, zh) WORD(name, en, zh),
#include "check/words.inc"
#undef CHECK_BASIS
};
const struct check_word CHECK_OUTCOMES[CHECK_OUTCOMES_COUNT] = {
#define CHECK_OUTCOME(name, en, zh) WORD(name, en, zh),
#include "check/words.inc"
#undef CHECK_OUTCOME
};
const struct check_word CHECK_REASONS[CHECK_REASONS_COUNT] = {
#define CHECK_REASON(name, en, zh) WORD(name, en, zh),
#include "check/words.inc"
#undef CHECK_REASON
};
const struct check_word REPLY_FIELDS[REPLY_FIELDS_COUNT] = {
#define REPLY_FIELD(name, type, en, zh) WORD(name, en, zh),
#include "check/words.inc"
#undef REPLY_FIELD
};
const struct check_word NOTICE_WHATS[NOTICE_WHATS_COUNT] = {
#define NOTICE_WHAT(name, en, zh) WORD(name, en, zh),
#include "check/words.inc"
#undef NOTICE_WHAT
};
const enum reply_type REPLY_TYPES[REPLY_FIELDS_COUNT] = {
#define REPLY_FIELD(name, type, en, zh) REPLY_##type,
#include "check/words.inc"
#undef REPLY_FIELD
};

unsigned check_word_find(const struct check_word *list, unsigned count, struct slice name)
{
    unsigned i = 0;
    while (i < count && !slice_equal(slice_of(list[i].name), name))
        i++;
    return i;
}

static enum status wrong(struct text *why, const char *member)
{
    text_addf(why, "`%s` is missing or has not its form", member);
    return STATUS_MALFORMED;
}

/* ---- members ---- */

struct members {
    struct json_row *row;
    unsigned used;
    struct arena *request;
    struct text *why;
};

static enum status members_read(struct members *members, struct slice json, const char *version,
                                struct arena *request, struct text *why)
{
    *members = (struct members){.request = request, .why = why};
    if (json.size == 0 || json.size > CHECK_BYTES_MAX || !utf8_valid(json))
        return wrong(why, "body");
    TRY(ARENA_NEW(request, 1, &members->row));
    if (json_read(members->row, json) != JSON_OBJECT)
        return wrong(why, "body");
    for (unsigned i = 0; i < members->row->count; i++) {
        const struct json_member *member = &members->row->member[i];
        if (!slice_equal(member->name, slice_of(version)))
            continue;
        members->used = 1;
        return member->type == JSON_NUMBER && slice_equal(member->value, SLICE("1"))
                   ? STATUS_OK
                   : wrong(why, version);
    }
    return wrong(why, version);
}

static bool clean(struct slice value)
{
    for (size_t i = 0; i < value.size; i++)
        if ((unsigned char)value.at[i] < ' ' || value.at[i] == 0x7F)
            return false;
    return true;
}

/* A copy; empty if it is not there. */
static enum status text_take(struct members *members, const char *name, size_t size_max, bool must,
                             struct slice *out)
{
    *out = SLICE("");
    for (unsigned i = 0; i < members->row->count; i++) {
        const struct json_member *member = &members->row->member[i];
        if (!slice_equal(member->name, slice_of(name)))
            continue;
        members->used++;
        bool fine = member->type == JSON_STRING || member->type == JSON_NUMBER;
        if (!fine || member->value.size > size_max || !clean(member->value))
            return wrong(members->why, name);
        TRY(slice_copy(members->request, member->value, out));
    }
    return must && out->size == 0 ? wrong(members->why, name) : STATUS_OK;
}

static enum status moment_take(struct members *members, const char *name, moment *out)
{
    struct slice text;
    *out = MOMENT_NONE;
    TRY(text_take(members, name, CHECK_ID_MAX, false, &text));
    if (text.size != 0 && moment_parse(text, out) != STATUS_OK)
        return wrong(members->why, name);
    return STATUS_OK;
}

static enum status word_take(struct members *members, const char *name,
                             const struct check_word *list, unsigned count, unsigned *out)
{
    struct slice word;
    TRY(text_take(members, name, CHECK_ID_MAX, true, &word));
    *out = check_word_find(list, count, word);
    return *out == count ? wrong(members->why, name) : STATUS_OK;
}

static enum status members_end(const struct members *members)
{
    if (members->used == members->row->count)
        return STATUS_OK;
    text_add_string(members->why, "it holds a member that is not asked or answered here");
    return STATUS_MALFORMED;
}

/* ---- questions ---- */

/* As phone_canonical leaves it: whoever compares, compares this. */
static enum status number_take(struct members *members, struct slice *out)
{
    char bytes[64];
    struct slice written;
    struct text canonical = text_over(bytes, sizeof bytes);
    TRY(text_take(members, "number", CHECK_ID_MAX, true, &written));
    if (phone_canonical(written, SLICE("86"), &canonical) != STATUS_OK || canonical.full)
        return wrong(members->why, "number");
    return slice_copy(members->request, text_slice(&canonical), out);
}

static enum status question_read(struct slice json, const char *version, struct arena *request,
                                 struct check_question *out, struct text *why)
{
    struct members members;
    struct check_question question = {0};
    unsigned purpose, basis;
    TRY(members_read(&members, json, version, request, why));
    TRY(text_take(&members, "id", CHECK_ID_MAX, true, &question.id));
    TRY(number_take(&members, &question.number));
    TRY(moment_take(&members, "from", &question.from));
    TRY(moment_take(&members, "to", &question.to));
    TRY(word_take(&members, "purpose", CHECK_PURPOSES, CHECK_PURPOSES_COUNT, &purpose));
    TRY(word_take(&members, "basis", CHECK_BASES, CHECK_BASES_COUNT, &basis));
    TRY(text_take(&members, "document", CHECK_DOCUMENT_MAX, false, &question.document));
    TRY(members_end(&members));
    question.purpose = (enum check_purpose)purpose;
    question.basis = (enum check_basis)basis;
    *out = question;
    return STATUS_OK;
}

enum status check_read(struct slice json, struct arena *request, struct check_question *out,
                       struct text *why)
{
    return question_read(json, "check", request, out, why);
}

enum status push_read(struct slice json, struct arena *request, struct check_question *out,
                      struct text *why)
{
    return question_read(json, "push", request, out, why);
}

enum status notice_read(struct slice json, struct arena *request, struct notice *out,
                        struct text *why)
{
    struct members members;
    struct notice notice = {0};
    unsigned what;
    TRY(members_read(&members, json, "notice", request, why));
    TRY(text_take(&members, "id", CHECK_ID_MAX, true, &notice.id));
    TRY(number_take(&members, &notice.number));
    TRY(word_take(&members, "what", NOTICE_WHATS, NOTICE_WHATS_COUNT, &what));
    TRY(text_take(&members, "document", CHECK_DOCUMENT_MAX, false, &notice.document));
    TRY(members_end(&members));
    notice.what = (enum notice_what)what;
    *out = notice;
    return STATUS_OK;
}

/* ---- written, in the order of names (RFC 8785) ---- */

struct written {
    const char *name;
    struct slice value;
    bool bare; /* a number */
};

enum { WRITTEN_MAX = REPLY_FIELDS_COUNT + 8 };

struct writing {
    unsigned count;
    struct written member[WRITTEN_MAX];
};

/* Where the name belongs among those before it. */
static void add_member(struct writing *writing, const char *name, struct slice value, bool bare)
{
    if (value.size == 0)
        return;
    must(writing->count < WRITTEN_MAX);
    unsigned at = writing->count++;
    for (; at != 0 && strcmp(writing->member[at - 1].name, name) > 0; at--)
        writing->member[at] = writing->member[at - 1];
    writing->member[at] = (struct written){name, value, bare};
}

static void text_add_members(struct text *text, const struct writing *writing)
{
    for (unsigned i = 0; i < writing->count; i++) {
        text_addf(text, "%s\"%s\":", i == 0 ? "{" : ",", writing->member[i].name);
        if (writing->member[i].bare)
            text_add(text, writing->member[i].value);
        else
            text_add_json(text, writing->member[i].value);
    }
    text_add_char(text, '}');
}

static struct slice moment_word(moment at, char *bytes, size_t size)
{
    struct text value = text_over(bytes, size);
    if (at.ms == MOMENT_NONE.ms)
        return SLICE("");
    text_add_moment(&value, at, 480);
    return text_slice(&value);
}

static void question_add(struct text *text, const struct check_question *question,
                         const char *version)
{
    char from[48], to[48];
    struct writing writing = {0};
    add_member(&writing, version, SLICE("1"), true);
    add_member(&writing, "id", question->id, false);
    add_member(&writing, "number", question->number, false);
    add_member(&writing, "from", moment_word(question->from, from, sizeof from), false);
    add_member(&writing, "to", moment_word(question->to, to, sizeof to), false);
    add_member(&writing, "purpose", slice_of(CHECK_PURPOSES[question->purpose].name), false);
    add_member(&writing, "basis", slice_of(CHECK_BASES[question->basis].name), false);
    add_member(&writing, "document", question->document, false);
    text_add_members(text, &writing);
}

void text_add_check(struct text *text, const struct check_question *question)
{
    question_add(text, question, "check");
}

void text_add_push(struct text *text, const struct check_question *question)
{
    question_add(text, question, "push");
}

void text_add_notice(struct text *text, const struct notice *notice)
{
    struct writing writing = {0};
    add_member(&writing, "notice", SLICE("1"), true);
    add_member(&writing, "id", notice->id, false);
    add_member(&writing, "number", notice->number, false);
    add_member(&writing, "what", slice_of(NOTICE_WHATS[notice->what].name), false);
    add_member(&writing, "document", notice->document, false);
    text_add_members(text, &writing);
}

/* ---- replies ---- */

static bool digits_only_of(struct slice value, size_t size_max)
{
    bool fine = value.size != 0 && value.size <= size_max;
    for (size_t i = 0; fine && i < value.size; i++)
        fine = value.at[i] >= '0' && value.at[i] <= '9';
    return fine;
}

/* 2023-02-20 */
static bool date_holds(struct slice value)
{
    bool fine = value.size == 10 && value.at[4] == '-' && value.at[7] == '-';
    for (size_t i = 0; fine && i < 10; i++)
        fine = i == 4 || i == 7 || (value.at[i] >= '0' && value.at[i] <= '9');
    return fine;
}

static bool word_holds(struct slice value)
{
    bool fine = value.size != 0 && value.size <= 32;
    for (size_t i = 0; fine && i < value.size; i++) {
        char c = value.at[i];
        fine = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    }
    return fine;
}

bool reply_value_holds(enum reply_field field, struct slice value)
{
    if (value.size == 0 || value.size > CHECK_TEXT_MAX || !utf8_valid(value) || !clean(value))
        return false;
    switch (REPLY_TYPES[field]) {
    case REPLY_WHOLE:
        return digits_only_of(value, 9);
    case REPLY_DATE:
        return date_holds(value);
    case REPLY_WORD:
        return word_holds(value);
    case REPLY_TEXT:
    case REPLY_LIST:
        return true;
    }
    return false;
}

enum status reply_read(struct slice json, struct arena *request, struct reply *out,
                       struct text *why)
{
    struct members members;
    struct reply reply = {0};
    struct slice by;
    unsigned outcome, reason;
    TRY(members_read(&members, json, "reply", request, why));
    TRY(text_take(&members, "id", CHECK_ID_MAX, true, &reply.id));
    TRY(word_take(&members, "outcome", CHECK_OUTCOMES, CHECK_OUTCOMES_COUNT, &outcome));
    TRY(word_take(&members, "reason", CHECK_REASONS, CHECK_REASONS_COUNT, &reason));
    TRY(text_take(&members, "by", CHECK_ID_MAX, true, &by));
    reply.by_person = slice_equal(by, SLICE("person"));
    if (!reply.by_person && !slice_equal(by, SLICE("machine")))
        return wrong(why, "by");
    for (unsigned f = 0; f < REPLY_FIELDS_COUNT; f++) {
        TRY(text_take(&members, REPLY_FIELDS[f].name, CHECK_TEXT_MAX, false, &reply.value[f]));
        if (reply.value[f].size != 0 && !reply_value_holds((enum reply_field)f, reply.value[f]))
            return wrong(why, REPLY_FIELDS[f].name);
        if (reply.value[f].size != 0 && outcome != CHECK_answered)
            return wrong(why, "outcome");
    }
    TRY(members_end(&members));
    reply.outcome = (enum check_outcome)outcome;
    reply.reason = (enum check_reason)reason;
    *out = reply;
    return STATUS_OK;
}

void text_add_reply(struct text *text, const struct reply *reply)
{
    struct writing writing = {0};
    add_member(&writing, "reply", SLICE("1"), true);
    add_member(&writing, "id", reply->id, false);
    add_member(&writing, "outcome", slice_of(CHECK_OUTCOMES[reply->outcome].name), false);
    add_member(&writing, "reason", slice_of(CHECK_REASONS[reply->reason].name), false);
    add_member(&writing, "by", reply->by_person ? SLICE("person") : SLICE("machine"), false);
    for (unsigned f = 0; f < REPLY_FIELDS_COUNT; f++)
        add_member(&writing, REPLY_FIELDS[f].name, reply->value[f], false);
    text_add_members(text, &writing);
}
