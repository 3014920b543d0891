/* sheet.c -- sheets written, signed and read; nothing behind a signature is read before it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "standing/sheet.h"

#include "ground/limits.h"

enum { NOTE_BYTES = 1024, ORIGIN_MAX = 512 };

static const char *const KINDS[SHEET_KINDS_COUNT] = {"standing delta 1\n", "standing head 1\n",
                                                     "standing part 1\n"};

static void add_hex(struct text *text, const struct digest *digest)
{
    char hex[DIGEST_HEX_SIZE];
    digest_hex(digest, hex);
    text_add_string(text, hex);
}

void text_add_sheet_top(struct text *text, enum sheet_kind kind, struct slice executor,
                        struct standing_key under)
{
    text_addf(text, "cutline %sexecutor ", KINDS[kind]);
    text_add(text, executor);
    text_add_string(text, "\nunder ");
    text_add_hex(text, (struct slice){(const char *)under.bytes, sizeof under.bytes});
    text_add_char(text, '\n');
}

static void body_write(struct text *body, enum sheet_kind kind, struct slice origin,
                       const struct digest *digest)
{
    text_add(body, origin);
    text_addf(body, "\n%ssha256 ", KINDS[kind]);
    add_hex(body, digest);
    text_add_char(body, '\n');
    must(!body->full);
}

void text_add_sheet_end(struct text *text, size_t from, enum sheet_kind kind, struct slice origin,
                        const struct seal_keypair *pair)
{
    char bytes[NOTE_BYTES];
    struct text body = text_over(bytes, sizeof bytes);
    const struct slice content = {text->at + from, text->size - from};
    struct digest digest = sha256_of(&content, 1);
    body_write(&body, kind, origin, &digest);
    text_add_string(text, "--\n");
    note_sign(text, text_slice(&body), origin, pair);
}

/* ---- words of a line ---- */

static struct slice word_next(struct slice *rest)
{
    const char *end = memchr(rest->at, ' ', rest->size);
    size_t size = end == NULL ? rest->size : (size_t)(end - rest->at);
    struct slice word = {rest->at, size};
    size_t gone = end == NULL ? size : size + 1;
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

static bool entry_read(struct slice rest, struct standing_entry *out)
{
    uint64_t number, card, from, until, dropped, pack;
    if (!whole(word_next(&rest), 10, &number) || !standing_key_read(word_next(&rest), &out->key) ||
        !whole(word_next(&rest), 16, &card) || !whole(word_next(&rest), 10, &from) ||
        !whole(word_next(&rest), 10, &until) || !whole(word_next(&rest), 10, &dropped))
        return false;
    struct slice category = word_next(&rest), suspended = word_next(&rest);
    if (category.size != 1 || suspended.size != 1 || !whole(rest, 10, &pack) || number == 0 ||
        number > STANDING_ENTRIES_MAX || until > UINT32_MAX || from > UINT32_MAX ||
        dropped > UINT32_MAX || pack >= STANDING_PACKS_MAX ||
        (category.at[0] != 'A' && category.at[0] != 'B') ||
        (suspended.at[0] != 's' && suspended.at[0] != '-'))
        return false;
    out->number = (uint32_t)number;
    out->card = card;
    out->from_s = (int64_t)from;
    out->until_s = (int64_t)until;
    out->dropped = (uint32_t)dropped;
    out->criminal = category.at[0] == 'A';
    out->suspended = suspended.at[0] == 's';
    out->pack = (uint8_t)pack;
    return true;
}

enum status sheet_line_next(struct slice *rest, struct sheet_line *out)
{
    struct slice line;
    uint64_t number = 0;
    if (!batch_next(rest, &line))
        return STATUS_END;
    *out = (struct sheet_line){.kind = LINE_enters};
    struct slice first = word_next(&line);
    if (slice_equal(first, SLICE("+")))
        return entry_read(line, &out->entry) ? STATUS_OK : STATUS_MALFORMED;
    if (slice_equal(first, SLICE("-"))) {
        out->kind = LINE_leaves;
        if (!whole(line, 10, &number) || number == 0 || number > STANDING_ENTRIES_MAX)
            return STATUS_MALFORMED;
        out->entry.number = (uint32_t)number;
        return STATUS_OK;
    }
    out->kind = LINE_pack;
    if (!slice_equal(first, SLICE("pack")) || !whole(word_next(&line), 10, &number) ||
        number >= STANDING_PACKS_MAX || line.size == 0 || line.size >= LAW_STAMP_MAX)
        return STATUS_MALFORMED;
    out->entry.pack = (uint8_t)number;
    out->pack = line;
    return STATUS_OK;
}

/* ---- the top ---- */

static bool labelled(struct slice *rest, const char *label, struct slice *out)
{
    struct slice line;
    size_t size = strlen(label);
    if (!batch_next(rest, &line) || !slice_starts(line, slice_of(label)))
        return false;
    *out = (struct slice){line.at + size, line.size - size};
    return true;
}

static bool counted(struct slice *rest, const char *label, uint64_t *out)
{
    struct slice value;
    return labelled(rest, label, &value) && whole(value, 10, out);
}

static bool digest_read(struct slice hex, struct digest *out)
{
    struct standing_key half[2];
    if (hex.size != 2 * DIGEST_SIZE ||
        !standing_key_read((struct slice){hex.at, DIGEST_SIZE}, &half[0]) ||
        !standing_key_read((struct slice){hex.at + DIGEST_SIZE, DIGEST_SIZE}, &half[1]))
        return false;
    static_assert(sizeof half == DIGEST_SIZE, "two keys are a digest");
    memcpy(out->bytes, half, DIGEST_SIZE);
    return true;
}

static bool part_read(struct slice *rest, struct sheet *out)
{
    struct slice value;
    if (!labelled(rest, "head ", &out->head) || !labelled(rest, "part ", &value) ||
        !whole(word_next(&value), 10, &out->part) || !slice_starts(value, SLICE("of ")))
        return false;
    (void)word_next(&value);
    return whole(value, 10, &out->parts) && out->part > 0 && out->part <= out->parts &&
           counted(rest, "entries ", &out->entries);
}

static bool head_read(struct slice *rest, struct sheet *out)
{
    return counted(rest, "parts ", &out->parts) && counted(rest, "numbers ", &out->numbers) &&
           counted(rest, "entries ", &out->entries) && rest->size == 0 && out->numbers > 0 &&
           out->numbers <= STANDING_PART_NUMBERS_MAX &&
           out->parts <= STANDING_ENTRIES_MAX / out->numbers + 1;
}

static bool top_read(struct slice *rest, struct sheet *out)
{
    struct slice value, under, chain;
    bool delta = out->kind == SHEET_delta;
    if (!labelled(rest, "executor ", &out->executor) || out->executor.size == 0 ||
        out->executor.size >= STANDING_ITEM_SIZE || !labelled(rest, "under ", &under) ||
        !standing_key_read(under, &out->under))
        return false;
    if (delta && (!labelled(rest, "from ", &out->from_chain) ||
                  !whole(word_next(&out->from_chain), 10, &out->from)))
        return false;
    if (!labelled(rest, "to ", &chain) || !whole(word_next(&chain), 10, &out->to) ||
        !digest_read(chain, &out->chain) || !labelled(rest, "made ", &value) ||
        moment_parse(value, &out->made) != STATUS_OK)
        return false;
    return delta || (out->kind == SHEET_part ? part_read(rest, out) : head_read(rest, out));
}

/* ---- the whole ---- */

static bool kind_read(struct slice *content, enum sheet_kind *out)
{
    for (unsigned kind = 0; kind < SHEET_KINDS_COUNT; kind++) {
        char first[64];
        struct text text = text_over(first, sizeof first);
        text_addf(&text, "cutline %s", KINDS[kind]);
        if (!slice_starts(*content, text_slice(&text)))
            continue;
        *content = (struct slice){content->at + text.size, content->size - text.size};
        *out = (enum sheet_kind)kind;
        return true;
    }
    return false;
}

enum offline_fault sheet_read(struct slice bytes, struct slice origin, const struct seal_key *key,
                              struct sheet *out)
{
    static const char DASHES[] = "\n--\n";
    char expected[NOTE_BYTES];
    struct text body = text_over(expected, sizeof expected);
    struct slice signed_body;
    const char *at = memmem(bytes.at, bytes.size, DASHES, sizeof DASHES - 1);
    *out = (struct sheet){.parts = 0};
    if (origin.size > ORIGIN_MAX)
        return OFFLINE_FAULT_key;
    if (at == NULL)
        return OFFLINE_FAULT_form;
    struct slice content = {bytes.at, (size_t)(at - bytes.at) + 1}, rest = content;
    struct slice note = {at + sizeof DASHES - 1, bytes.size - content.size - (sizeof DASHES - 2)};
    if (!kind_read(&rest, &out->kind))
        return OFFLINE_FAULT_form;
    if (note_check(note, origin, key, &signed_body) != STATUS_OK)
        return OFFLINE_FAULT_signature;
    struct digest digest = sha256_of(&content, 1);
    digest_hex(&digest, out->digest);
    body_write(&body, out->kind, origin, &digest);
    if (!slice_equal(signed_body, text_slice(&body)))
        return OFFLINE_FAULT_signature;
    if (!top_read(&rest, out))
        return OFFLINE_FAULT_form;
    out->lines = rest;
    return OFFLINE_FAULT_none;
}
