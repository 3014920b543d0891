/* answer.c -- questions of executors, answered from the index and signed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "standing/register.h"

static void add_key(struct text *text, struct standing_key key)
{
    text_add_hex(text, (struct slice){(const char *)key.bytes, sizeof key.bytes});
}

static void add_words(struct text *text, const char *name, enum law_code code)
{
    const struct law_word *word = law_code_word(code);
    text_addf(text, ",\"%s\":\"%s\",\"%s_says\":{\"en\":", name, word->name, name);
    text_add_json(text, slice_of(word->says.in[TONGUE_EN]));
    text_add_string(text, ",\"zh\":");
    text_add_json(text, slice_of(word->says.in[TONGUE_ZH]));
    text_add_char(text, '}');
}

void text_add_verdict(struct text *text, const struct standing_verdict *verdict,
                      struct standing_key key, int32_t zone_minutes)
{
    text_add_string(text, "{\"person\":\"");
    add_key(text, key);
    text_addf(text, "\",\"stands\":%s,\"may\":%s", verdict->stands ? "true" : "false",
              verdict->may ? "true" : "false");
    if (!verdict->stands) {
        text_add_char(text, '}');
        return;
    }
    const struct law_measure *measure = verdict->measure;
    add_words(text, "object", measure->object);
    add_words(text, "restriction", measure->restriction);
    if (verdict->exception != LAW_CODES_COUNT)
        add_words(text, "exception", verdict->exception);
    if (verdict->floor)
        text_add_string(text, ",\"floor\":true");
    text_add_string(text, ",\"article\":");
    text_add_json(text, measure->article);
    text_addf(text, ",\"mark\":\"%s\",\"doubtful\":%s,\"pack\":\"",
              law_mark_word(measure->mark)->name,
              law_mark_doubtful(measure->mark) ? "true" : "false");
    text_add_law_stamp(text, verdict->pack);
    text_add_string(text, "\",\"until\":\"");
    text_add_moment(text, (moment){verdict->until_s * SECOND_MS}, zone_minutes);
    text_add_string(text, "\"}");
}

/* Of several determinations the one that refuses, and of these the longest. */
bool standing_concerns(const struct standing *standing, const struct standing_asking *asking,
                       moment now, struct standing_verdict *out)
{
    struct standing_entry entry[STANDING_FOUND_MAX];
    unsigned count = standing_find(standing->index, asking->key, now.ms / SECOND_MS, entry);
    *out = (struct standing_verdict){.may = true, .exception = LAW_CODES_COUNT};
    for (unsigned i = 0; i < count; i++) {
        struct standing_verdict verdict;
        const struct law_pack *pack = atomic_load(&standing->pack[entry[i].pack]);
        standing_judge(pack, &entry[i], &asking->question, &verdict);
        bool worse =
            verdict.stands && (!out->stands || verdict.may < out->may ||
                               (verdict.may == out->may && verdict.until_s > out->until_s));
        if (worse)
            *out = verdict;
    }
    return out->stands;
}

void text_add_standing_verdict(struct text *text, const struct standing *standing,
                               const struct standing_verdict *verdict, struct standing_key key)
{
    text_add_verdict(text, verdict, key, standing->options.zone_minutes);
}

static struct receipt_head head_of(const struct standing *standing, struct slice asker, moment now)
{
    struct receipt_head head = {.origin = standing->options.origin, .asker = asker, .time = now};
    head.version = standing_version(standing, &head.chain);
    return head;
}

/* ---- one ---- */

static void add_word(struct text *text, const char *name, const char *word)
{
    text_addf(text, ",\"%s\":\"%s\"", name, word);
}

/* The question, within the answer: a receipt is of both. */
static void add_question(struct text *text, const struct standing_question *question)
{
    static const char *const ACTS[] = {"open", "transfer", "keep"};
    must(text->size > 0 && text->at[text->size - 1] == '}');
    text->size--;
    text_addf(text, ",\"asked\":{\"act\":\"%s\"", ACTS[question->act]);
    add_word(text, "object", law_code_word(question->object)->name);
    if (question->incoming || question->counter)
        add_word(text, "way", question->incoming ? "in" : "counter");
    if (question->purpose != STANDING_NOTHING_CLAIMED)
        add_word(text, "purpose", law_code_word(question->purpose)->name);
    if (question->card != 0)
        text_addf(text, ",\"card\":\"%016llx\"", (unsigned long long)question->card);
    text_add_string(text, "}}");
}

static void id_copy(char out[BOOK_ID_SIZE], struct slice id)
{
    memset(out, 0, BOOK_ID_SIZE);
    if (id.size > 0)
        memcpy(out, id.at, id.size < BOOK_ID_SIZE ? id.size : BOOK_ID_SIZE - 1);
}

static enum status row_add(const struct standing *standing, const struct standing_asking *asking,
                           struct slice answer, moment now, struct book_row *out)
{
    struct digest chain, digest = sha256_of(&answer, 1);
    *out = (struct book_row){
        .at = now, .version = standing_version(standing, &chain), .key = asking->key};
    memcpy(out->answer, digest.bytes, BOOK_ANSWER_SIZE);
    id_copy(out->asker, asking->asker);
    id_copy(out->who, asking->who);
    return book_add(standing->book, out);
}

enum status standing_note(const struct standing *standing, const struct standing_asking *asking,
                          struct slice answer, moment now)
{
    struct book_row row;
    return row_add(standing, asking, answer, now, &row);
}

static void sign_one(const struct standing *standing, const struct standing_asking *asking,
                     struct slice answer, moment now, struct text *text)
{
    char note[ANSWER_BYTES_MAX];
    struct text receipt = text_over(note, sizeof note);
    struct receipt_head head = head_of(standing, asking->asker, now);
    struct receipt_row row = receipt_row_of(asking->key, answer);
    head.asked = 1;
    head.root = merkle_leaf((struct slice){(const char *)row.bytes, sizeof row.bytes});
    text_add_receipt(&receipt, &head, standing->options.seal);
    must(!receipt.full);
    text_add_string(text, ",\"receipt\":");
    text_add_json(text, text_slice(&receipt));
}

enum status text_add_standing_answer(struct text *text, const struct standing *standing,
                                     const struct standing_asking *asking,
                                     enum standing_receipt receipt, moment now)
{
    char bytes[ANSWER_BYTES_MAX];
    struct text answer = text_over(bytes, sizeof bytes);
    struct standing_verdict verdict;
    struct book_row row;
    (void)standing_concerns(standing, asking, now, &verdict);
    text_add_verdict(&answer, &verdict, asking->key, standing->options.zone_minutes);
    add_question(&answer, &asking->question);
    must(!answer.full);
    TRY(row_add(standing, asking, text_slice(&answer), now, &row));
    text_add_string(text, "{\"answer\":");
    text_add(text, text_slice(&answer));
    if (receipt == STANDING_SIGNED)
        sign_one(standing, asking, text_slice(&answer), now, text);
    else
        text_add_counted(text, &row);
    text_add_char(text, '}');
    return STATUS_OK;
}

/* ---- many ---- */

struct batch {
    const struct standing *standing;
    struct standing_asking asking;
    moment now;
    struct text *out;
    struct standing_key key[CHUNK_ROWS];
    bool hit[CHUNK_ROWS];
    struct receipt_row row[CHUNK_ROWS];
    unsigned rows;
    uint64_t asked, hits;
    struct merkle_frontier frontier;
    struct digest *leaf;
    size_t leaves, leaves_max;
};

static enum status nobody(void *self, unsigned level, uint64_t index, const struct digest *hash)
{
    (void)self;
    (void)level;
    (void)index;
    (void)hash;
    return STATUS_OK;
}

/* One answer line, if something stands; the row either way. */
static void row_end(struct batch *batch, unsigned i, uint64_t line)
{
    char bytes[ANSWER_BYTES_MAX];
    struct text answer = text_over(bytes, sizeof bytes);
    struct standing_verdict verdict;
    batch->asking.key = batch->key[i];
    if (!batch->hit[i] ||
        !standing_concerns(batch->standing, &batch->asking, batch->now, &verdict)) {
        batch->row[i] = receipt_row_of(batch->key[i], SLICE(""));
        return;
    }
    text_add_verdict(&answer, &verdict, batch->key[i], batch->standing->options.zone_minutes);
    must(!answer.full);
    batch->row[i] = receipt_row_of(batch->key[i], text_slice(&answer));
    batch->hits++;
    text_addf(batch->out, "{\"line\":%llu,\"answer\":", (unsigned long long)line);
    text_add(batch->out, text_slice(&answer));
    text_add_string(batch->out, "}\n");
}

static enum status chunk_end(struct batch *batch)
{
    if (batch->rows == 0)
        return STATUS_OK;
    if (batch->leaves == batch->leaves_max)
        return STATUS_FULL;
    standing_find_many(batch->standing->index, batch->key, batch->rows, batch->now.ms / SECOND_MS,
                       batch->hit);
    for (unsigned i = 0; i < batch->rows; i++)
        row_end(batch, i, batch->asked - batch->rows + i + 1);
    struct digest leaf =
        merkle_leaf((struct slice){(const char *)batch->row, batch->rows * sizeof batch->row[0]});
    batch->leaf[batch->leaves++] = leaf;
    batch->rows = 0;
    return merkle_append(&batch->frontier, &leaf, (struct merkle_sink){nobody, NULL});
}

static enum status line_add(struct batch *batch, struct slice line)
{
    struct batch_line read;
    struct standing_key key;
    if (!batch_line_read(line, &read) ||
        (read.hash.size > 0 && !standing_key_read(read.hash, &key)))
        return STATUS_MALFORMED;
    if (read.hash.size == 0)
        key = standing_key_of(&batch->standing->options.join, read.document);
    batch->key[batch->rows++] = key;
    batch->asked++;
    return batch->rows == CHUNK_ROWS ? chunk_end(batch) : STATUS_OK;
}

static void batch_sign(struct batch *batch)
{
    char note[ANSWER_BYTES_MAX];
    struct text receipt = text_over(note, sizeof note);
    struct receipt_head head = head_of(batch->standing, batch->asking.asker, batch->now);
    head.asked = batch->asked;
    head.root = merkle_root(&batch->frontier);
    text_add_receipt(&receipt, &head, batch->standing->options.seal);
    text_addf(batch->out, "{\"asked\":%llu,\"hits\":%llu,\"leaves\":[",
              (unsigned long long)batch->asked, (unsigned long long)batch->hits);
    for (size_t i = 0; i < batch->leaves; i++) {
        text_add_string(batch->out, i == 0 ? "\"" : ",\"");
        text_add_base64(batch->out,
                        (struct slice){(const char *)batch->leaf[i].bytes, DIGEST_SIZE});
        text_add_char(batch->out, '"');
    }
    text_add_string(batch->out, "],\"receipt\":");
    text_add_json(batch->out, text_slice(&receipt));
    text_add_string(batch->out, "}\n");
}

enum status standing_batch(const struct standing *standing, struct slice asker,
                           const struct standing_question *question, struct slice lines, moment now,
                           struct arena *request, struct text *out, uint64_t *line)
{
    struct batch *batch = NULL;
    TRY(ARENA_NEW(request, 1, &batch));
    batch->standing = standing;
    batch->asking = (struct standing_asking){.asker = asker, .question = *question};
    batch->now = now;
    batch->out = out;
    batch->leaves_max = lines.size / (CHUNK_ROWS * 8) + 2; /* a line has ten bytes at least */
    TRY(ARENA_NEW(request, batch->leaves_max, &batch->leaf));
    for (struct slice next; batch_next(&lines, &next);) {
        *line = batch->asked + 1;
        TRY(line_add(batch, next));
    }
    TRY(chunk_end(batch));
    batch_sign(batch);
    return out->full ? STATUS_FULL : STATUS_OK;
}
