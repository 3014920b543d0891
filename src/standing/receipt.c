/* receipt.c -- that a check was made: by whom, when, of which version, with what answer.
 *
 *     <origin>                                    a signed note (audit/note.h) of the house's key
 *     standing receipt 1
 *     asker o_0123456789abcdef
 *     time 2026-11-26T02:00:00.000Z
 *     register 17 <chain, hex>
 *     asked 1
 *     root <hex>
 *
 * The root is of a Merkle tree (RFC 6962).  A leaf is up to 1,024 rows; a row is the person's 16
  * bytes
 * and 16 of the SHA-256 of the answer, which are nought where nothing stands.  So a batch of a
  * million
 * has one signature, and one of its questions is proved by its chunk and the path of that. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "standing/book.h"

enum { NOTE_MAX = 2048 };

static const char KIND[] = "standing receipt 1\n";

const struct saying *receipt_fault_says(enum receipt_fault fault)
{
    static const struct saying SAYS[] = {
#define RECEIPT_FAULT(name, en, zh) SAYING(en, zh),
#include "standing/receipt_faults.inc"
#undef RECEIPT_FAULT
    };
    must((unsigned)fault < sizeof SAYS / sizeof SAYS[0]);
    return &SAYS[fault];
}

struct receipt_row receipt_row_of(struct standing_key key, struct slice answer)
{
    struct receipt_row row = {{0}};
    memcpy(row.bytes, key.bytes, sizeof key.bytes);
    if (answer.size == 0)
        return row;
    struct digest digest = sha256_of(&answer, 1);
    memcpy(row.bytes + sizeof key.bytes, digest.bytes, ROW_SIZE - sizeof key.bytes);
    return row;
}

static void add_hex(struct text *text, const struct digest *digest)
{
    char hex[DIGEST_HEX_SIZE];
    digest_hex(digest, hex);
    text_add_string(text, hex);
}

void text_add_receipt(struct text *text, const struct receipt_head *head,
                      const struct seal_keypair *pair)
{
    char bytes[NOTE_MAX];
    struct text body = text_over(bytes, sizeof bytes);
    text_add(&body, head->origin);
    text_addf(&body, "\n%sasker ", KIND);
    text_add(&body, head->asker);
    text_add_string(&body, "\ntime ");
    text_add_moment(&body, head->time, 0);
    text_addf(&body, "\nregister %llu ", (unsigned long long)head->version);
    add_hex(&body, &head->chain);
    text_addf(&body, "\nasked %llu\nroot ", (unsigned long long)head->asked);
    add_hex(&body, &head->root);
    text_add_char(&body, '\n');
    must(!body.full);
    note_sign(text, text_slice(&body), head->origin, pair);
}

/* ---- verifying ---- */

/* origin+id+base64 of a type byte and the key. */
bool vkey_read(const char *vkey, struct slice *origin, struct seal_key *key)
{
    unsigned char bytes[1 + SEAL_KEY_SIZE];
    struct slice whole = slice_of(vkey);
    const char *first = memchr(whole.at, '+', whole.size);
    if (first == NULL)
        return false;
    *origin = (struct slice){whole.at, (size_t)(first - whole.at)};
    struct slice rest = {first + 1, whole.size - origin->size - 1};
    const char *second = memchr(rest.at, '+', rest.size);
    if (second == NULL)
        return false;
    struct slice coded = {second + 1, (size_t)(whole.at + whole.size - second - 1)};
    while (coded.size > 0 && (coded.at[coded.size - 1] == '\n' || coded.at[coded.size - 1] == '\r'))
        coded.size--;
    if (base64_read(coded, bytes, sizeof bytes) != STATUS_OK || bytes[0] != 1)
        return false;
    memcpy(key->bytes, bytes + 1, SEAL_KEY_SIZE);
    return true;
}

/* The rest of the line that begins with the word. */
static bool body_line(struct slice body, const char *word, struct slice *out)
{
    size_t size = strlen(word);
    for (struct slice line; batch_next(&body, &line);) {
        if (!slice_starts(line, slice_of(word)))
            continue;
        *out = (struct slice){line.at + size, line.size - size};
        return true;
    }
    return false;
}

static uint64_t number(struct slice digits)
{
    uint64_t value = 0;
    for (size_t i = 0; i < digits.size && digits.at[i] >= '0' && digits.at[i] <= '9'; i++)
        value = value * 10 + (uint64_t)(digits.at[i] - '0');
    return value;
}

/* Where the member's value begins in a line of ours; NULL: it is not there. */
static const char *member(struct slice line, const char *name)
{
    char bytes[32];
    struct text text = text_over(bytes, sizeof bytes);
    text_addf(&text, "\"%s\":", name);
    return memmem(line.at, line.size, bytes, text.size);
}

/* The text behind `"receipt":"`, with its newlines. */
static bool note_read_out(struct slice line, struct text *out)
{
    const char *at = member(line, "receipt");
    const char *end = line.at + line.size;
    if (at == NULL || at + 11 >= end)
        return false;
    for (at += 11; at < end && *at != '"'; at++) {
        if (*at != '\\') {
            text_add_char(out, *at);
            continue;
        }
        if (++at == end || *at != 'n')
            return false; /* ours has no other escape */
        text_add_char(out, '\n');
    }
    return at < end && !out->full;
}

/* The answer object of a line: from its brace to the one that closes it. */
static bool answer_of(struct slice line, struct slice *out)
{
    const char *at = member(line, "answer");
    const char *end = line.at + line.size;
    unsigned depth = 0;
    bool quoted = false;
    if (at == NULL || at + 9 >= end)
        return false;
    const char *start = at + 9;
    for (at = start; at < end; at++) {
        if (*at == '"' && at[-1] != '\\')
            quoted = !quoted;
        if (quoted)
            continue;
        depth += *at == '{';
        if (*at == '}' && --depth == 0) {
            *out = (struct slice){start, (size_t)(at + 1 - start)};
            return true;
        }
    }
    return false;
}

struct verifying {
    struct merkle_frontier frontier;
    struct receipt_row row[CHUNK_ROWS];
    unsigned rows;
    uint64_t count;
};

static enum status nobody(void *self, unsigned level, uint64_t index, const struct digest *hash)
{
    (void)self;
    (void)level;
    (void)index;
    (void)hash;
    return STATUS_OK;
}

static void chunk_end(struct verifying *verifying)
{
    if (verifying->rows == 0)
        return;
    struct digest leaf = merkle_leaf(
        (struct slice){(const char *)verifying->row, verifying->rows * sizeof verifying->row[0]});
    enum status status =
        merkle_append(&verifying->frontier, &leaf, (struct merkle_sink){nobody, NULL});
    must(status == STATUS_OK);
    verifying->rows = 0;
}

static void row_add(struct verifying *verifying, struct receipt_row row)
{
    verifying->row[verifying->rows++] = row;
    verifying->count++;
    if (verifying->rows == CHUNK_ROWS)
        chunk_end(verifying);
}

static bool person_of(struct slice answer, struct standing_key *out)
{
    const char *at = member(answer, "person");
    size_t gone = at == NULL ? 0 : (size_t)(at - answer.at) + 10;
    return at != NULL && gone + 2 * STANDING_KEY_SIZE <= answer.size &&
           standing_key_read((struct slice){answer.at + gone, 2 * STANDING_KEY_SIZE}, out);
}

static enum receipt_fault rows_one(struct verifying *verifying, struct slice line)
{
    struct slice answer;
    struct standing_key key;
    if (!answer_of(line, &answer) || !person_of(answer, &key))
        return RECEIPT_FAULT_form;
    row_add(verifying, receipt_row_of(key, answer));
    return RECEIPT_FAULT_none;
}

/* The answer to line `asked`, if the next line of answers is about it. */
static struct slice answer_for(struct slice *answers, uint64_t asked)
{
    struct slice line, answer, rest = *answers;
    if (!batch_next(&rest, &line))
        return SLICE("");
    const char *at = member(line, "line");
    if (at == NULL || number((struct slice){at + 7, 12}) != asked || !answer_of(line, &answer))
        return SLICE("");
    *answers = rest;
    return answer;
}

static enum receipt_fault rows_many(struct verifying *verifying, struct slice answers,
                                    struct slice asked, const struct secret *join)
{
    for (struct slice line; batch_next(&asked, &line);) {
        struct batch_line read;
        struct standing_key key;
        if (!batch_line_read(line, &read) ||
            (read.hash.size > 0 && !standing_key_read(read.hash, &key)) ||
            (read.hash.size == 0 && join == NULL))
            return RECEIPT_FAULT_asked;
        if (read.hash.size == 0)
            key = standing_key_of(join, read.document);
        row_add(verifying, receipt_row_of(key, answer_for(&answers, verifying->count + 1)));
    }
    struct slice left;
    return batch_next(&answers, &left) && member(left, "receipt") != NULL ? RECEIPT_FAULT_none
                                                                          : RECEIPT_FAULT_answer;
}

/* The last line, which holds the receipt. */
static struct slice last_line(struct slice answer)
{
    struct slice line = {answer.at, 0};
    while (batch_next(&answer, &line))
        ;
    return line;
}

enum receipt_fault receipt_verify(struct slice answer, struct slice asked,
                                  const struct secret *join, const char *vkey,
                                  struct arena *scratch, struct receipt_facts *out)
{
    char *bytes = NULL;
    struct verifying *verifying = NULL;
    struct slice origin, body, root;
    struct seal_key key;
    char hex[DIGEST_HEX_SIZE];
    if (arena_take(scratch, NOTE_MAX, (void **)&bytes) != STATUS_OK ||
        ARENA_NEW(scratch, 1, &verifying) != STATUS_OK)
        return RECEIPT_FAULT_form;
    struct text note = text_over(bytes, NOTE_MAX);
    struct slice last = last_line(answer);
    if (!vkey_read(vkey, &origin, &key))
        return RECEIPT_FAULT_key;
    if (!note_read_out(last, &note))
        return RECEIPT_FAULT_form;
    if (note_check(text_slice(&note), origin, &key, &body) != STATUS_OK)
        return RECEIPT_FAULT_signature;
    if (!body_line(body, "standing receipt 1", &root) || !body_line(body, "asker ", &out->asker) ||
        !body_line(body, "time ", &out->time) || !body_line(body, "register ", &root))
        return RECEIPT_FAULT_form;
    out->version = number(root);
    if (!body_line(body, "asked ", &root))
        return RECEIPT_FAULT_form;
    out->asked = number(root);
    enum receipt_fault fault = member(last, "answer") != NULL
                                   ? rows_one(verifying, last)
                                   : rows_many(verifying, answer, asked, join);
    if (fault != RECEIPT_FAULT_none)
        return fault;
    chunk_end(verifying);
    struct digest found = merkle_root(&verifying->frontier);
    digest_hex(&found, hex);
    if (!body_line(body, "root ", &root) || !slice_equal(root, slice_of(hex)))
        return verifying->count == out->asked ? RECEIPT_FAULT_answer : RECEIPT_FAULT_asked;
    return RECEIPT_FAULT_none;
}

/* ---- a counted one ---- */

/* The text of a member, up to its closing quote. */
static struct slice text_of(struct slice object, const char *name)
{
    const char *at = member(object, name), *end = object.at + object.size;
    size_t skip = strlen(name) + 4; /* "name":" */
    if (at == NULL || (size_t)(end - at) < skip)
        return SLICE("");
    const char *close = memchr(at + skip, '"', (size_t)(end - at) - skip);
    return close == NULL ? SLICE("") : (struct slice){at + skip, (size_t)(close - at) - skip};
}

static uint64_t whole_of(struct slice object, const char *name)
{
    const char *at = member(object, name), *end = object.at + object.size;
    size_t skip = strlen(name) + 3;
    if (at == NULL || (size_t)(end - at) < skip)
        return 0;
    return number((struct slice){at + skip, (size_t)(end - at) - skip});
}

static bool id_read(struct slice id, char out[BOOK_ID_SIZE])
{
    memset(out, 0, BOOK_ID_SIZE);
    if (id.size >= BOOK_ID_SIZE)
        return false;
    memcpy(out, id.at, id.size);
    return true;
}

/* The row that the answer claims to have left: said again in its own words, byte for byte. */
static bool counted_read(struct slice line, struct book_row *out)
{
    char bytes[NOTE_MAX];
    struct text again = text_over(bytes, sizeof bytes);
    struct slice answer;
    const char *at = member(line, "counted");
    if (at == NULL || !answer_of(line, &answer) || !person_of(answer, &out->key))
        return false;
    struct slice counted = {at, (size_t)(line.at + line.size - at)};
    if (!id_read(text_of(counted, "asker"), out->asker) ||
        !id_read(text_of(counted, "by"), out->who) ||
        moment_parse(text_of(counted, "time"), &out->at) != STATUS_OK)
        return false;
    out->number = whole_of(counted, "number");
    out->version = whole_of(counted, "register");
    struct digest digest = sha256_of(&answer, 1);
    memcpy(out->answer, digest.bytes, BOOK_ANSWER_SIZE);
    text_add_string(&again, "{\"answer\":");
    text_add(&again, answer);
    text_add_counted(&again, out);
    text_add_char(&again, '}');
    return !again.full && slice_equal(text_slice(&again), line);
}

static bool digest_read(struct slice hex, struct digest *out)
{
    const size_t half = 2 * (size_t)STANDING_KEY_SIZE;
    struct standing_key key[2];
    if (hex.size != 2 * half || !standing_key_read((struct slice){hex.at, half}, &key[0]) ||
        !standing_key_read((struct slice){hex.at + half, half}, &key[1]))
        return false;
    memcpy(out->bytes, key, sizeof key);
    return true;
}

static bool path_read(struct slice proof, struct merkle_proof *out)
{
    const char *at = member(proof, "path"), *end = proof.at + proof.size;
    out->count = 0;
    if (at == NULL)
        return false;
    for (at += 8; at < end && *at == '"'; at += *at == ',') {
        struct slice hex = {at + 1, DIGEST_HEX_SIZE - 1};
        if (end - at < (ptrdiff_t)DIGEST_HEX_SIZE + 2 ||
            out->count == 2 * (MERKLE_LEVELS_MAX + 1) ||
            !digest_read(hex, &out->hash[out->count++]))
            return false;
        at += DIGEST_HEX_SIZE + 1;
    }
    return at < end && *at == ']';
}

static struct slice first_line(struct slice text)
{
    struct slice line = {text.at, 0};
    (void)batch_next(&text, &line);
    return line;
}

static enum receipt_fault note_fits(struct slice body, const struct book_row *row,
                                    struct slice proof)
{
    struct slice asker, count, root;
    struct digest wanted;
    struct merkle_proof path;
    unsigned char bytes[BOOK_ROW_SIZE];
    if (!body_line(body, "standing receipts 1", &asker) || !body_line(body, "asker ", &asker) ||
        !body_line(body, "count ", &count) || !body_line(body, "root ", &root) ||
        !digest_read(root, &wanted) || !path_read(proof, &path))
        return RECEIPT_FAULT_form;
    book_row_write(row, bytes);
    struct digest leaf = merkle_leaf((struct slice){(const char *)bytes, sizeof bytes});
    bool holds =
        slice_equal(asker, slice_of(row->asker)) &&
        merkle_inclusion_holds(&leaf, whole_of(proof, "index"), number(count), &wanted, &path);
    return holds ? RECEIPT_FAULT_none : RECEIPT_FAULT_answer;
}

enum receipt_fault receipt_verify_counted(struct slice answer, struct slice proof, const char *vkey,
                                          struct arena *scratch, struct receipt_facts *out)
{
    char *bytes = NULL;
    struct slice origin, body, line = first_line(answer);
    struct seal_key key;
    struct book_row row;
    if (arena_take(scratch, NOTE_MAX, (void **)&bytes) != STATUS_OK)
        return RECEIPT_FAULT_form;
    struct text note = text_over(bytes, NOTE_MAX);
    if (!vkey_read(vkey, &origin, &key))
        return RECEIPT_FAULT_key;
    if (!counted_read(line, &row))
        return RECEIPT_FAULT_form;
    if (!note_read_out(first_line(proof), &note))
        return RECEIPT_FAULT_proof;
    if (note_check(text_slice(&note), origin, &key, &body) != STATUS_OK)
        return RECEIPT_FAULT_signature;
    out->asker = text_of(line, "asker");
    out->time = text_of(line, "time");
    out->version = row.version;
    out->asked = 1;
    return note_fits(body, &row, first_line(proof));
}
