/* offline.c -- an executor's copy: parsing, merging, asking. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "standing/offline.h"

#include "ground/limits.h"
#include "standing/standing_inside.h"

/* One `+` line. */
struct copied {
    struct standing_entry entry;
    unsigned pack;
};

struct head {
    struct slice executor, from_chain, to_chain, made;
    uint64_t from, to;
};

const struct saying *offline_fault_says(enum offline_fault fault)
{
    static const struct saying SAYS[] = {
#define OFFLINE_FAULT(name, en, zh) SAYING(en, zh),
#include "standing/offline_faults.inc"
#undef OFFLINE_FAULT
    };
    must((unsigned)fault < sizeof SAYS / sizeof SAYS[0]);
    return &SAYS[fault];
}

static enum status wrong(enum offline_fault *out, enum offline_fault fault)
{
    *out = fault;
    return STATUS_REFUSED;
}

/* ---- words of a line ---- */

static struct slice word_next(struct slice *rest)
{
    size_t size = 0;
    while (size < rest->size && rest->at[size] != ' ')
        size++;
    struct slice word = {rest->at, size};
    size_t gone = size < rest->size ? size + 1 : size;
    *rest = (struct slice){rest->at + gone, rest->size - gone};
    return word;
}

static bool whole(struct slice word, unsigned base, uint64_t *out)
{
    uint64_t value = 0;
    if (word.size == 0 || word.size > 20)
        return false;
    for (size_t i = 0; i < word.size; i++) {
        char c = word.at[i];
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                                                : base;
        if (digit >= base || __builtin_mul_overflow(value, base, &value) ||
            __builtin_add_overflow(value, digit, &value))
            return false;
    }
    *out = value;
    return true;
}

static bool entry_read(struct slice line, struct copied *out)
{
    uint64_t number, card, from, until, dropped, pack;
    struct slice rest = line;
    (void)word_next(&rest);
    if (!whole(word_next(&rest), 10, &number) ||
        !standing_key_read(word_next(&rest), &out->entry.key) ||
        !whole(word_next(&rest), 16, &card) || !whole(word_next(&rest), 10, &from) ||
        !whole(word_next(&rest), 10, &until) || !whole(word_next(&rest), 10, &dropped))
        return false;
    struct slice category = word_next(&rest), suspended = word_next(&rest);
    if (category.size != 1 || suspended.size != 1 || !whole(rest, 10, &pack) ||
        number > STANDING_ENTRIES_MAX || until > UINT32_MAX || from > UINT32_MAX ||
        dropped > UINT32_MAX || pack >= STANDING_PACKS_MAX)
        return false;
    out->entry.number = (uint32_t)number;
    out->entry.card = card;
    out->entry.from_s = (int64_t)from;
    out->entry.until_s = (int64_t)until;
    out->entry.dropped = (uint32_t)dropped;
    out->entry.criminal = category.at[0] == 'A';
    out->entry.suspended = suspended.at[0] == 's';
    out->pack = (unsigned)pack;
    return true;
}

static bool labelled(struct slice *rest, const char *label, struct slice *out)
{
    struct slice line;
    if (!batch_next(rest, &line) || !slice_starts(line, slice_of(label)))
        return false;
    size_t size = strlen(label);
    *out = (struct slice){line.at + size, line.size - size};
    return true;
}

/* The five lines at the top; the rest goes on behind them. */
static bool head_read(struct slice *rest, struct head *out)
{
    struct slice from, to, nothing;
    if (!labelled(rest, "cutline standing delta 1", &nothing) || nothing.size > 0 ||
        !labelled(rest, "executor ", &out->executor) || !labelled(rest, "from ", &from) ||
        !labelled(rest, "to ", &to) || !labelled(rest, "made ", &out->made))
        return false;
    if (!whole(word_next(&from), 10, &out->from) || !whole(word_next(&to), 10, &out->to))
        return false;
    out->from_chain = from;
    out->to_chain = to;
    return true;
}

/* ---- a signed delta ---- */

/* What is above the dashes, once it is known to be what was signed. */
static enum offline_fault content_of(struct slice delta, const char *vkey, struct slice *out)
{
    static const char DASHES[] = "\n--\n";
    struct slice origin, body;
    struct seal_key key;
    char hex[DIGEST_HEX_SIZE];
    const char *at = memmem(delta.at, delta.size, DASHES, sizeof DASHES - 1);
    if (at == NULL)
        return OFFLINE_FAULT_form;
    struct slice content = {delta.at, (size_t)(at - delta.at) + 1};
    struct slice note = {at + sizeof DASHES - 1, delta.size - content.size - (sizeof DASHES - 2)};
    if (!vkey_read(vkey, &origin, &key))
        return OFFLINE_FAULT_key;
    if (note_check(note, origin, &key, &body) != STATUS_OK)
        return OFFLINE_FAULT_signature;
    struct digest digest = sha256_of(&content, 1);
    digest_hex(&digest, hex);
    if (memmem(body.at, body.size, "\nstanding delta 1\n", 18) == NULL ||
        memmem(body.at, body.size, hex, DIGEST_HEX_SIZE - 1) == NULL)
        return OFFLINE_FAULT_signature;
    *out = content;
    return OFFLINE_FAULT_none;
}

/* ---- merging ---- */

struct merging {
    struct slice *line; /* of each number; empty: none */
    unsigned *pack_of[2];
    struct slice pack[STANDING_PACKS_MAX];
    unsigned packs;
    uint64_t most;
};

static enum status pack_add(struct merging *merging, struct slice stamp, unsigned *out)
{
    for (*out = 0; *out < merging->packs; (*out)++)
        if (slice_equal(merging->pack[*out], stamp))
            return STATUS_OK;
    if (merging->packs == STANDING_PACKS_MAX)
        return STATUS_FULL;
    merging->pack[merging->packs++] = stamp;
    return STATUS_OK;
}

/* The largest number that a text speaks of. */
static uint64_t most_of(struct slice rest)
{
    uint64_t most = 0;
    for (struct slice line; batch_next(&rest, &line);) {
        uint64_t number = 0;
        struct slice words = line;
        (void)word_next(&words);
        if ((line.at[0] == '+' || line.at[0] == '-') && whole(word_next(&words), 10, &number) &&
            number <= STANDING_ENTRIES_MAX && number > most)
            most = number;
    }
    return most;
}

static enum status lines_merge(struct merging *merging, struct slice rest, unsigned which)
{
    struct copied copied;
    for (struct slice line; batch_next(&rest, &line);) {
        struct slice words = line;
        uint64_t number = 0, pack = 0;
        struct slice first = word_next(&words);
        if (slice_equal(first, SLICE("pack"))) {
            if (!whole(word_next(&words), 10, &pack) || pack >= STANDING_PACKS_MAX)
                return STATUS_MALFORMED;
            TRY(pack_add(merging, words, &merging->pack_of[which][pack]));
        } else if (slice_equal(first, SLICE("-"))) {
            if (!whole(word_next(&words), 10, &number) || number > merging->most)
                return STATUS_MALFORMED;
            merging->line[number] = (struct slice){NULL, 0};
        } else if (entry_read(line, &copied) && copied.entry.number <= merging->most) {
            merging->line[copied.entry.number] = line;
        } else {
            return STATUS_MALFORMED;
        }
    }
    return STATUS_OK;
}

/* A line again, its pack under the number that it has now, if it is not over. */
static void line_write(const struct merging *merging, struct slice line, unsigned which,
                       int64_t now_s, struct text *out)
{
    struct copied copied;
    if (line.size == 0 || !entry_read(line, &copied) || copied.entry.until_s <= now_s)
        return;
    size_t size = line.size;
    while (size > 0 && line.at[size - 1] != ' ')
        size--;
    text_add(out, (struct slice){line.at, size});
    text_addf(out, "%u\n", merging->pack_of[which][copied.pack]);
}

static void copy_write(const struct merging *merging, const struct head *head, struct slice delta,
                       moment now, struct text *out)
{
    text_add_string(out, "cutline standing delta 1\nexecutor ");
    text_add(out, head->executor);
    text_addf(out, "\nfrom 0 %064d\nto %llu ", 0, (unsigned long long)head->to);
    text_add(out, head->to_chain);
    text_add_string(out, "\nmade ");
    text_add(out, head->made);
    text_add_char(out, '\n');
    for (unsigned i = 0; i < merging->packs; i++) {
        text_addf(out, "pack %u ", i);
        text_add(out, merging->pack[i]);
        text_add_char(out, '\n');
    }
    for (uint64_t i = 0; i <= merging->most; i++) {
        struct slice line = merging->line[i];
        bool of_delta = line.at >= delta.at && line.at < delta.at + delta.size;
        line_write(merging, line, of_delta, now.ms / SECOND_MS, out);
    }
}

/* Whether the delta goes on from the copy. */
static enum offline_fault goes_on(const struct head *copy, bool there, const struct head *delta)
{
    if (delta->from == 0)
        return OFFLINE_FAULT_none; /* it is all there is */
    if (!there || copy->to != delta->from || !slice_equal(copy->to_chain, delta->from_chain))
        return OFFLINE_FAULT_chain;
    return slice_equal(copy->executor, delta->executor) ? OFFLINE_FAULT_none
                                                        : OFFLINE_FAULT_executor;
}

enum status offline_merge(struct slice copy, struct slice delta, const char *vkey, moment now,
                          struct arena *scratch, struct text *out, enum offline_fault *fault)
{
    struct head old, new;
    struct slice content = SLICE(""), before = copy;
    struct merging merging = {.packs = 0};
    bool there = copy.size > 0;
    *fault = content_of(delta, vkey, &content);
    if (*fault != OFFLINE_FAULT_none)
        return STATUS_REFUSED;
    struct slice after = content;
    if (!head_read(&after, &new) || (there && !head_read(&before, &old)))
        return wrong(fault, OFFLINE_FAULT_form);
    *fault = goes_on(&old, there, &new);
    if (*fault != OFFLINE_FAULT_none)
        return STATUS_REFUSED;
    if (new.from == 0)
        before = SLICE("");
    merging.most = most_of(after) > most_of(before) ? most_of(after) : most_of(before);
    TRY(ARENA_NEW(scratch, merging.most + 1, &merging.line));
    for (unsigned i = 0; i < 2; i++)
        TRY(ARENA_NEW(scratch, STANDING_PACKS_MAX, &merging.pack_of[i]));
    if (lines_merge(&merging, before, 0) != STATUS_OK ||
        lines_merge(&merging, after, 1) != STATUS_OK)
        return wrong(fault, OFFLINE_FAULT_form);
    copy_write(&merging, &new, content, now, out);
    return out->full ? STATUS_FULL : STATUS_OK;
}

/* ---- asking ---- */

enum status offline_check(struct slice copy, const struct law *law,
                          const struct offline_asking *asking, struct standing_verdict *out,
                          uint64_t *version, enum offline_fault *fault)
{
    struct slice pack[STANDING_PACKS_MAX] = {{NULL, 0}};
    struct head head;
    int64_t now_s = asking->now.ms / SECOND_MS;
    *out = (struct standing_verdict){.may = true, .exception = LAW_CODES_COUNT};
    if (!head_read(&copy, &head))
        return wrong(fault, OFFLINE_FAULT_form);
    *version = head.to;
    for (struct slice line; batch_next(&copy, &line);) {
        struct copied copied;
        struct standing_verdict verdict;
        const struct law_pack *found = NULL;
        struct slice words = line;
        uint64_t number = 0;
        if (slice_equal(word_next(&words), SLICE("pack")) &&
            whole(word_next(&words), 10, &number) && number < STANDING_PACKS_MAX) {
            pack[number] = words;
            continue;
        }
        if (!entry_read(line, &copied))
            return wrong(fault, OFFLINE_FAULT_form);
        if (memcmp(copied.entry.key.bytes, asking->key.bytes, STANDING_KEY_SIZE) != 0 ||
            copied.entry.until_s <= now_s || copied.entry.from_s > now_s)
            continue;
        if (law_of_stamp(law, pack[copied.pack], &found) != STATUS_OK)
            return wrong(fault, OFFLINE_FAULT_pack);
        standing_judge(found, &copied.entry, &asking->question, &verdict);
        if (verdict.stands && (!out->stands || verdict.may < out->may))
            *out = verdict;
    }
    return STATUS_OK;
}

void text_add_offline_answer(struct text *text, const struct standing_verdict *verdict,
                             struct standing_key key, uint64_t version, int32_t zone_minutes)
{
    text_add_string(text, "{\"answer\":");
    text_add_verdict(text, verdict, key, zone_minutes);
    text_addf(text, ",\"register\":%llu,\"offline\":true}", (unsigned long long)version);
}
